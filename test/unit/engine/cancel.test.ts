import { expect, it } from 'vitest';
import { cancel } from '../../../functions/lib/engine/manage.ts';
import { memoryEngine } from '../../support/engine.ts';
import { letters } from '../../support/kernels.ts';

it('a cancel is an end that is told, with the age that the computation came to; a refused one is not', async () => {
  const made = memoryEngine([letters]);
  const submitted = await made.submit(letters, { parts: 3 });
  if (!('computation' in submitted)) throw new Error(submitted.outcome);
  const { id } = submitted.computation;
  made.clock.advance(1_500);
  await cancel(made, submitted.computation);
  await cancel(made, submitted.computation);
  await cancel(made, { tenant: 'tenant', id: 'other' });
  expect(made.events).toEqual([{ event: 'finished', id, status: 'cancelled', ageMs: 1_500 }]);
});
