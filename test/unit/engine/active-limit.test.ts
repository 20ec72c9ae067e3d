import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activeCount } from '../../../functions/lib/aws/active-count.ts';
import { dynamoComputationStore } from '../../../functions/lib/aws/computation-store.ts';
import { limitActive } from '../../../functions/lib/engine/active-limit.ts';
import { isActive } from '../../../functions/lib/engine/computation.ts';
import { TooManyActiveError } from '../../../functions/lib/engine/errors.ts';
import { createComputationsTable } from '../../support/computations-table.ts';
import { startDynamoDB } from '../../support/dynamodb.ts';
import { ManualClock } from '../../support/engine.ts';
import { MemoryStore } from '../../support/memory.ts';
import { endAt, START, startAt, submission } from '../../support/store-operations.ts';

/** A store that lets two computations a tenant be active, and how often it has counted them. */
const given = () => {
  const clock = new ManualClock(START);
  const memory = new MemoryStore();
  let counted = 0;
  const count = async (tenant: string) => {
    counted += 1;
    return [...memory.computations.values()].filter((one) => one.tenant === tenant && isActive(one)).length;
  };
  const store = limitActive(memory, { max: 2, count, clock });
  return {
    clock,
    store,
    memory,
    counted: () => counted,
    create: (id: string, tenant = 'tenant') =>
      store
        .create(submission(id, randomUUID(), { tenant }), startAt(START), 1)
        .then((attempted) => ('applied' in attempted ? 'created' : 'found'))
        .catch((error: unknown) => error),
    end: (id: string) =>
      store.cancel({ tenant: 'tenant', id }, 'token', endAt(START)).then(() => clock.advance(1_001)),
  };
};

describe('the cap on active computations', () => {
  it('refuses one more than a tenant may have, and no other tenant', async () => {
    const { create } = given();
    expect([await create('a'), await create('b')]).toEqual(['created', 'created']);
    expect(await create('c')).toEqual(new TooManyActiveError(2));
    expect(await create('c', 'another')).toBe('created');
  });

  it('counts once a second at most, and what it lets through itself in between', async () => {
    const { create, counted, clock } = given();
    await create('a');
    await create('b');
    await create('c');
    expect(counted()).toBe(1);
    clock.advance(1_001);
    await create('c');
    expect(counted()).toBe(2);
  });

  it('lets the next one through when one has ended', async () => {
    const { create, end } = given();
    await create('a');
    await create('b');
    await end('a');
    expect(await create('c')).toBe('created');
  });

  it('answers with what is there already, which makes nothing active', async () => {
    const { create } = given();
    await create('a');
    await create('b');
    expect(await create('a')).toBe('found');
  });

  it('refuses to retry, too, but says first what cannot be retried anyway', async () => {
    const { create, end, store } = given();
    await create('a');
    await end('a');
    await create('b');
    await create('c');
    const retry = (id: string) =>
      store
        .retry({ tenant: 'tenant', id }, 'token', START, startAt(START))
        .then((attempted) => ('applied' in attempted ? 'retried' : attempted.refused?.status))
        .catch((error: unknown) => error);
    expect(await retry('a')).toEqual(new TooManyActiveError(2));
    expect(await retry('b')).toBe('queued');
    expect(await retry('nothing')).toBeUndefined();
    await end('b');
    expect(await retry('a')).toBe('retried');
  });
});

describe('the count of active computations in DynamoDB', () => {
  let dynamo: Awaited<ReturnType<typeof startDynamoDB>>;
  let client: DynamoDBClient;
  beforeAll(async () => {
    dynamo = await startDynamoDB();
    client = new DynamoDBClient({
      endpoint: dynamo.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    await createComputationsTable(client, 'computations');
  });
  afterAll(() => dynamo.stop());

  it('is of those of the tenant that have not ended', async () => {
    const store = dynamoComputationStore(client, 'computations');
    const count = activeCount(client, 'computations');
    const create = (tenant: string, id: string) =>
      store.create(submission(id, 'epoch', { tenant }), startAt(START), 1);
    // Anagrams share a partition, and one tenant's name may begin as another's does.
    for (const tenant of ['ab', 'ba', 'abc']) for (const id of ['1', '2', '3']) await create(tenant, id);
    await store.succeed({ tenant: 'ab', id: '1', epoch: 'epoch' }, null, 1, endAt(START));
    expect(await count('ab')).toBe(2);
    expect(await count('ba')).toBe(3);
    expect(await count('nobody')).toBe(0);
  });
});
