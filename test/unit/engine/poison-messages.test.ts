import { afterEach, beforeEach, expect, it } from 'vitest';
import { sqsHandler } from '../../../functions/lib/events/sqs-handler.ts';
import { memoryEngine } from '../../support/engine.ts';
import { lambdaContext, sqsEvent } from '../../support/events.ts';
import { letters, moody } from '../../support/kernels.ts';
import { captureLog } from '../../support/log.ts';

let log: ReturnType<typeof captureLog>;
beforeEach(() => {
  log = captureLog();
});
afterEach(() => log.restore());

/** A worker behind the composition for SQS, and a message of it that is well. */
const given = async () => {
  const picky = moody('picky', { refuses: [0] });
  const world = memoryEngine([letters, picky]);
  const submit = async (kernel: typeof letters) => {
    const computation = await world.accept(kernel, { parts: 1 });
    return { body: world.take(), computation };
  };
  const handler = sqsHandler((body, { receiveCount }) => world.deliver(body, receiveCount));
  return {
    world,
    well: await submit(letters),
    refused: await submit(picky),
    failed: async (...bodies: string[]) => {
      const { batchItemFailures } = await handler(
        sqsEvent(...bodies.map((body) => ({ body }))),
        lambdaContext(),
      );
      return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    },
  };
};

const changed = (body: string, change: object): string => JSON.stringify({ ...JSON.parse(body), ...change });

it('a message that can never succeed is deleted at its first receive, and the rest of its batch is processed', async () => {
  const { world, well, refused, failed } = await given();
  const poison = [
    '{"format":1,',
    '',
    'null',
    '{"hello":"world"}',
    changed(well.body, { kind: 'something else' }),
    changed(well.body, { id: 'AAAAAAAAAAAAAAAAAAAAAA' }),
    changed(well.body, { tenant: 'another' }),
    changed(well.body, { epoch: 'of an earlier life' }),
    changed(well.body, { attempt: 0 }),
    changed(well.body, { parts: 10_000, level: 3, index: 1 }),
    refused.body,
  ];
  expect(await failed(...poison, well.body)).toEqual([]);
  expect(await world.store.read(well.computation)).toMatchObject({ status: 'succeeded' });
  expect(await world.store.read(refused.computation)).toMatchObject({ status: 'failed' });
  expect(world.queue.bodies).toEqual([]);
});

it('only the message that this version does not know is reported as failed', async () => {
  const { world, well, failed } = await given();
  expect(await failed(changed(well.body, { format: 99 }), well.body)).toEqual(['message-0']);
  expect(await world.store.read(well.computation)).toMatchObject({ status: 'succeeded' });
});
