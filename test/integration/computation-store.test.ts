import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activeCount } from '../../functions/lib/aws/active-count.ts';
import { dynamoComputationStore } from '../../functions/lib/aws/computation-store.ts';
import { createComputationsTable } from '../support/computations-table.ts';
import { startDynamoDB } from '../support/dynamodb.ts';
import { MemoryStore } from '../support/memory.ts';
import { keepsTheContractOfStores } from '../support/store-contract.ts';
import { anyOperation, endAt, everything, START, startAt, submission } from '../support/store-operations.ts';

let dynamo: Awaited<ReturnType<typeof startDynamoDB>>;
let client: DynamoDBClient;
let tables = 0;

const freshTable = async (): Promise<string> => {
  tables += 1;
  const table = `computations-${tables}`;
  await createComputationsTable(client, table);
  return table;
};

beforeAll(async () => {
  dynamo = await startDynamoDB();
  client = new DynamoDBClient({
    endpoint: dynamo.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
});
afterAll(() => dynamo.stop());

describe('the store of computations in DynamoDB', () => {
  keepsTheContractOfStores(async () => dynamoComputationStore(client, await freshTable()));
});

describe('the store in memory, on which the engine is tested,', () => {
  it('does what DynamoDB does, operation by operation', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyOperation, { minLength: 5, maxLength: 40 }), async (operations) => {
        const memory = new MemoryStore();
        const dynamoStore = dynamoComputationStore(client, await freshTable());
        for (const operation of operations) {
          expect(await operation.run(dynamoStore), operation.name).toEqual(await operation.run(memory));
        }
        expect(await everything(dynamoStore)).toEqual(await everything(memory));
      }),
      { numRuns: 60 },
    );
  });
});

describe('the count of active computations in DynamoDB', () => {
  it('is of those of the tenant that have not ended', async () => {
    const table = await freshTable();
    const store = dynamoComputationStore(client, table);
    const count = activeCount(client, table);
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
