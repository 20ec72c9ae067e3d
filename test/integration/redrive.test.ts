import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoComputationStore } from '../../functions/lib/aws/computation-store.ts';
import { sqsWorkQueue } from '../../functions/lib/aws/work-queue.ts';
import { retry } from '../../functions/lib/engine/submit.ts';
import { systemClock, systemRandom } from '../../functions/lib/ports.ts';
import { type Platform, startPlatform } from '../../infra/local/platform.ts';
import { failedComputations } from '../../infra/redrive/failed-computations.ts';
import { redrive } from '../../infra/redrive/redrive.ts';
import { client, until } from '../support/api.ts';

let platform: Platform;
let store: ReturnType<typeof dynamoComputationStore>;
let run: (dryRun: boolean) => Promise<string[]>;

beforeAll(async () => {
  platform = await startPlatform();
  const common = {
    region: platform.region,
    credentials: { accessKeyId: 'operator', secretAccessKey: 'any' },
  };
  const table = platform.output('ComputationsTable');
  const database = DynamoDBDocumentClient.from(
    new DynamoDBClient({ ...common, endpoint: platform.endpoints.dynamodb }),
    { marshallOptions: { removeUndefinedValues: true } },
  );
  store = dynamoComputationStore(database, table);
  const engine = {
    store,
    queue: sqsWorkQueue(
      new SQSClient({ ...common, endpoint: platform.endpoints.sqs }),
      platform.output('WorkQueueUrl'),
    ),
    clock: systemClock,
    random: systemRandom,
    observe: () => {},
    limits: { maxAgeMs: 86_400_000, sweepAfterMs: 30_000 },
  };
  run = async (dryRun) => {
    const lines: string[] = [];
    await redrive({
      failed: failedComputations(database, table, store, systemClock.now()),
      retry: (key) => retry(engine, key),
      print: (line) => void lines.push(line),
      dryRun,
    });
    return lines;
  };
});
afterAll(() => platform.stop());

/** A computation of a tenant that has failed for this reason. */
const failed = async (tenant: string, detail: string) => {
  const api = client(platform.url, { tenant });
  // Takes much longer than the test.
  const input = { count: 20_000_000_000, min: 0, max: 9, seed: 1 };
  const { body } = await api('POST', '/computations', { body: { type: 'random-sum', input } });
  const [computation] = (await keysOf()).filter(({ id }) => id === body.id);
  if (computation === undefined) throw new Error('It has been stored.');
  const now = Date.now();
  const end = { finishedAt: now, expiresAt: Math.ceil(now / 1_000) + 1_000 };
  await store.fail(
    computation,
    computation.attempt,
    { type: 't', title: 'The computation crashed', detail },
    end,
  );
  return {
    id: body.id as string,
    read: () => api('GET', `/computations/${body.id}`),
    cancel: () => api('POST', `/computations/${body.id}/cancel`),
  };
};

/** Every active computation. */
const keysOf = async () => {
  const keys = [];
  for await (const key of store.due(Number.MAX_SAFE_INTEGER)) keys.push(key);
  return store.readMany(keys);
};

describe('a redrive', () => {
  it('lists the failed computations of every tenant with their causes, and retries them unless it is a dry run', async () => {
    expect(await run(false)).toEqual([]);
    const first = await failed('one', 'out of memory');
    const second = await failed('two', 'out of time');

    const listed = await run(true);
    expect(listed).toHaveLength(2);
    expect(listed.find((line) => line.includes(first.id))).toContain(
      'The computation crashed: out of memory',
    );
    expect(listed.find((line) => line.includes(second.id))).toContain('The computation crashed: out of time');
    expect((await first.read()).body.status).toBe('failed');

    const retried = await run(false);
    expect(retried.map((line) => line.endsWith('→ retried'))).toEqual([true, true]);
    for (const { read, cancel } of [first, second]) {
      await until(async () => (await read()).body.status === 'running', 'a worker to go on with it');
      await cancel();
    }
    expect(await run(true)).toEqual([]);
  });
});
