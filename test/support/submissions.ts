import { type Identity, submit } from '../../functions/lib/engine/submit.ts';
import { sweep } from '../../functions/lib/engine/sweep.ts';
import { memoryEngine } from './engine.ts';
import { letters } from './kernels.ts';

/** An engine on memory that is sent the same work again and again, under whatever identity. */
export const submissionEngine = () => {
  const engine = memoryEngine([letters]);
  return {
    ...engine,
    post: (identity: Identity, tenant = 'tenant') =>
      submit(engine, {
        tenant,
        type: letters.name,
        version: letters.version,
        input: { parts: 20 },
        kind: letters.kind,
        total: 20,
        identity,
      }),
    sweep: (all = false, remainingMs = () => 60_000) => sweep(engine, { all, remainingMs }),
  };
};
