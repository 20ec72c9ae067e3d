import { once } from 'node:events';
import { createServer } from 'node:http';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, onTestFinished, test } from 'vitest';
import { itemBytes, tableSize } from '../../infra/local/storage/table-size.ts';
import { createTable, ownerClient, type TableDefinition } from '../../infra/local/storage/tables.ts';
import { startDynamoDB } from '../support/dynamodb.ts';

const region = 'us-east-1';
const table: TableDefinition = {
  label: 'table',
  logicalId: 'Table',
  name: 'things',
  billingMode: 'PAY_PER_REQUEST',
  attributes: [{ AttributeName: 'pk', AttributeType: 'S' }],
  keys: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  indexes: undefined,
  timeToLive: undefined,
};

/** An endpoint that has the table for one access key only, as DynamoDB Local does without -sharedDb. */
const startKeepingTablesApart = async (): Promise<string> => {
  const server = createServer((request, response) => {
    const isOwner = request.headers.authorization?.includes('Credential=LOCAL/');
    response.writeHead(isOwner ? 200 : 400, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(
      JSON.stringify(
        isOwner
          ? { Table: { AttributeDefinitions: table.attributes, KeySchema: table.keys } }
          : { __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException' },
      ),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
};

test('an endpoint that keeps the tables of each access key apart is refused in one sentence', async () => {
  const endpoint = await startKeepingTablesApart();

  await expect(createTable({ endpoint, region }, table)).rejects.toThrow(
    `${endpoint} keeps the tables of each access key apart: start DynamoDB Local with -sharedDb.`,
  );
});

describe('the size of an item counts its names and', () => {
  test.each([
    ['text in UTF-8', { S: 'né€' }, 6],
    ['bytes', { B: new Uint8Array(5) }, 5],
    ['a number, two digits a byte', { N: '-12345' }, 4],
    ['a number without the zeros before it', { N: '0.0012' }, 2],
    ['a truth', { BOOL: true }, 1],
    ['nothing', { NULL: true }, 1],
    ['a set', { SS: ['a', 'bc'] }, 3],
    ['a list', { L: [{ S: 'ab' }, { BOOL: false }] }, 3 + 3 + 2],
    ['a map', { M: { ab: { S: 'c' } } }, 3 + 1 + 2 + 1],
  ] as const)('%s', (_, value, bytes) => {
    expect(itemBytes({ name: structuredClone(value) as never })).toBe(4 + bytes);
  });
});

test('a small table is measured whole, and a larger one is estimated from some of its items', async () => {
  const dynamodb = await startDynamoDB();
  onTestFinished(() => dynamodb.stop());
  const client = ownerClient(dynamodb.endpoint, region);
  onTestFinished(() => client.destroy());
  await createTable({ endpoint: dynamodb.endpoint, region }, table);
  const put = (index: number) =>
    client.send(
      new PutItemCommand({
        TableName: 'things',
        Item: { pk: { S: String(1_000 + index) }, x: { S: 'y'.repeat(93) } },
      }),
    );

  expect(await tableSize(client, 'things')).toEqual({ items: 0, bytes: 0, exact: true });
  for (let index = 0; index < 3; index += 1) await put(index);
  expect(await tableSize(client, 'things')).toEqual({ items: 3, bytes: 300, exact: true });
  for (let index = 3; index < 250; index += 1) await put(index);
  expect(await tableSize(client, 'things')).toEqual({ items: 250, bytes: 25_000, exact: false });
});
