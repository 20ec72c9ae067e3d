import type { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import type { Track } from '../../../functions/lib/engine/kernel-call.ts';
import { dynamoItemReader } from '../../../functions/worker/item-reader.ts';

/** A client that answers queries with these records, and what it was asked. */
const clientWith = (records: readonly object[], last?: object) => {
  const asked: QueryCommand[] = [];
  const send = async (command: QueryCommand) => {
    asked.push(command);
    return {
      Items: records.map((record) => marshall(record)),
      ...(last && { LastEvaluatedKey: marshall(last) }),
    };
  };
  return { client: { send } as unknown as DynamoDBClient, asked };
};

const untracked: Track = (call) => call();

describe('dynamoItemReader', () => {
  it('gives every field of an item, and nothing internal', async () => {
    const { client } = clientWith([
      { tenant: 'ann', id: 7, colour: 'red', weight: 2.5, tags: ['a'], createdAt: 'then', _etag: 'x' },
    ]);
    expect(await dynamoItemReader(client, 'items')('ann', untracked).page(undefined)).toEqual({
      items: [{ id: 7, colour: 'red', weight: 2.5, tags: ['a'], createdAt: 'then' }],
      next: undefined,
    });
  });

  it('reads the items of its tenant only, and goes on after the last one', async () => {
    const { client, asked } = clientWith([{ tenant: 'ann', id: 7 }], { tenant: 'ann', id: 7 });
    const items = dynamoItemReader(client, 'items')('ann', untracked);
    expect((await items.page(undefined)).next).toBe(7);
    await items.page(7);
    expect(asked.map(({ input }) => [input.TableName, input.ExpressionAttributeValues])).toEqual([
      ['items', marshall({ ':tenant': 'ann', ':after': -1 })],
      ['items', marshall({ ':tenant': 'ann', ':after': 7 })],
    ]);
    expect(asked.map(({ input }) => input.KeyConditionExpression)).toEqual(
      Array(2).fill('#tenant = :tenant AND #id > :after'),
    );
  });

  it('tells the engine of a query that failed', async () => {
    const failures: unknown[] = [];
    const track: Track = (call) =>
      call().catch((error) => {
        failures.push(error);
        throw error;
      });
    const trouble = new Error('throttled');
    const client = { send: () => Promise.reject(trouble) } as unknown as DynamoDBClient;
    await expect(dynamoItemReader(client, 'items')('ann', track).page(undefined)).rejects.toBe(trouble);
    expect(failures).toEqual([trouble]);
  });
});
