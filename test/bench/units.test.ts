import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DynamoDb } from '../../infra/local/storage/dynamodb.ts';
import { createTables, startDynamoDB } from '../support/dynamodb.ts';
import { computationOperations, itemOperations, usageOf, wholeComputations } from './units-operations.ts';
import { type Suite, startSuite } from './units-suite.ts';

describe('billable units', () => {
  let suite: Suite;
  beforeAll(async () => {
    suite = await startSuite();
  });
  afterAll(() => suite.stop());

  /** Write units, read units, and requests to SQS. */
  const UNITS: Readonly<Record<string, readonly [number, number, number]>> = {
    'POST /items': [1, 0, 0],
    'POST /items with an Idempotency-Key': [1, 0, 0],
    'POST /items, refused: 409': [1, 0, 0],
    'GET /items/{id}': [0, 1, 0],
    'GET /items/{id}, not there: 404': [0, 1, 0],
    'PUT /items/{id}, new': [1, 0, 0],
    'PUT /items/{id}': [1, 0, 0],
    'PATCH /items/{id}': [1, 0, 0],
    'PATCH /items/{id}, refused: 412': [1, 0, 0],
    'DELETE /items/{id}': [1, 0, 0],
    'GET /items, 19 of 200 bytes': [0, 1, 0],
    'POST /computations, new': [3, 0.5, 1],
    'POST /computations, known': [1, 0.5, 0],
    'GET /computations/{id}, finished': [0, 1, 0],
    'GET /computations/{id}, queued': [0, 1, 0],
    'GET /computations/{id}, 100 parts run': [0, 12, 0],
    'GET /computations, 10 of them': [0, 10.5, 0],
    'POST …/cancel': [2, 0, 0],
    'POST …/retry': [2, 0.5, 1],
    'DELETE /computations/{id}': [2, 0, 0],
    // Six writes, and a slot for every node but the root; a send for every ten nodes, a receive and a delete for each.
    'a computation of 1 part': [6, 1, 3],
    'a computation of 10 parts': [16, 11.5, 24],
    'a computation of 100 parts': [116, 111.5, 234],
  };

  const operations = [...itemOperations, ...computationOperations, ...wholeComputations];

  it.each(Object.entries(UNITS))('%s', async (name, [writes, reads, sqs]) => {
    const operation = operations.find((one) => one.name === name);
    if (operation === undefined) throw new Error('no such operation');
    expect(await usageOf(suite, operation)).toMatchObject({ writes, reads, sqs });
  });

  it('of a write that an item of 2 KB refuses are the units of that item', async () => {
    const large = {
      method: 'POST',
      path: '/items',
      body: { id: 1, name: 'Lamp', description: 'x'.repeat(1_500) },
    };
    await suite.request({ ...large, claims: { sub: 'large' } });
    expect(suite.used()).toMatchObject({ writes: 2 });
    expect(await suite.request({ ...large, claims: { sub: 'large' } })).toMatchObject({ status: 409 });
    expect(suite.used()).toMatchObject({ writes: 2 });
  });
});

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
describe("the emulator's capacity is DynamoDB's:", () => {
  let dynamodb: DynamoDb;
  let client: DynamoDBDocumentClient;
  const TableName = 'computations';
  const ReturnConsumedCapacity = 'INDEXES';
  const indexed = (pk: string, more: object = {}) =>
    ({
      TableName,
      Item: { pk, tenant: 't', listKey: pk, shard: 'active-1', visitAt: 1, status: 'queued', ...more },
      ReturnConsumedCapacity,
    }) as const;
  const update = (pk: string, UpdateExpression: string) =>
    new UpdateCommand({ TableName, Key: { pk }, UpdateExpression, ReturnConsumedCapacity });
  const bytes = (count: number) => 'x'.repeat(count);

  const capacity = async (
    command: PutCommand | UpdateCommand | DeleteCommand | GetCommand | BatchGetCommand | QueryCommand,
  ) => {
    const { ConsumedCapacity } = await client.send(command as PutCommand);
    return [ConsumedCapacity ?? []].flat().reduce((sum, one) => sum + (one.CapacityUnits ?? 0), 0);
  };

  beforeAll(async () => {
    dynamodb = await startDynamoDB();
    await createTables(dynamodb.endpoint, { items: 'items', computations: TableName });
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const options = { endpoint: dynamodb.endpoint, region: 'us-east-1', credentials };
    client = DynamoDBDocumentClient.from(new DynamoDBClient(options));
  });
  afterAll(async () => {
    client.destroy();
    await dynamodb.stop();
  });

  it('a write of an item and of each index that it enters, changes or leaves', async () => {
    expect(await capacity(new PutCommand(indexed('a')))).toBe(3);
    expect(await capacity(new PutCommand(indexed('a')))).toBe(1);
    expect(await capacity(update('a', 'SET listed = listKey'))).toBe(1);
    expect(await capacity(update('a', 'SET visitAt = visitAt + visitAt'))).toBe(3); // a key of an index: out and in
    const left = update('a', 'REMOVE #shard, visitAt');
    left.input.ExpressionAttributeNames = { '#shard': 'shard' };
    expect(await capacity(left)).toBe(2);
    expect(await capacity(new DeleteCommand({ TableName, Key: { pk: 'a' }, ReturnConsumedCapacity }))).toBe(
      2,
    );
    expect(await capacity(new DeleteCommand({ TableName, Key: { pk: 'a' }, ReturnConsumedCapacity }))).toBe(
      1,
    );
  });

  it('rounded up to the kilobyte, of the larger of what was and what is', async () => {
    const item = (size: number) =>
      new PutCommand({
        TableName: 'items',
        Item: { tenant: 't', id: 1, v: bytes(size - 'tenant'.length - 1 - 'id'.length - 2 - 'v'.length) },
        ReturnConsumedCapacity,
      });
    expect(await capacity(item(1_024))).toBe(1);
    expect(await capacity(item(1_025))).toBe(2);
    expect(await capacity(item(100))).toBe(2);
    expect(await capacity(item(100))).toBe(1);
  });

  it('a read for every 4 KB of each item, half where it is eventually consistent, one where nothing is', async () => {
    await client.send(new PutCommand(indexed('large', { v: bytes(5_000) })));
    const get = (pk: string, ConsistentRead: boolean) =>
      capacity(new GetCommand({ TableName, Key: { pk }, ConsistentRead, ReturnConsumedCapacity }));
    const batch = (pks: string[], ConsistentRead: boolean) => {
      const Keys = pks.map((pk) => ({ pk }));
      const RequestItems = { [TableName]: { Keys, ConsistentRead } };
      return capacity(new BatchGetCommand({ RequestItems, ReturnConsumedCapacity }));
    };
    expect(await get('large', true)).toBe(2);
    expect(await get('large', false)).toBe(1);
    expect(await get('none', true)).toBe(1);
    expect(await batch(['large', 'none'], true)).toBe(3);
    expect(await batch(['large', 'none'], false)).toBe(1.5);
  });

  it('a read for every 4 KB of a query as a whole', async () => {
    for (let id = 0; id < 30; id += 1) {
      await client.send(new PutCommand({ TableName: 'items', Item: { tenant: 'q', id, v: bytes(280) } }));
    }
    const query = (Limit: number, ConsistentRead: boolean) =>
      capacity(
        new QueryCommand({
          TableName: 'items',
          KeyConditionExpression: 'tenant = :t',
          ExpressionAttributeValues: { ':t': 'q' },
          ...{ Limit, ConsistentRead, ReturnConsumedCapacity },
        }),
      );
    expect(await query(10, true)).toBe(1);
    expect(await query(30, true)).toBe(3);
    expect(await query(30, false)).toBe(1.5);
  });
});
