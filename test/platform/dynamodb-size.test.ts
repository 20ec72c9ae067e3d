import { CreateTableCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, onTestFinished, test } from 'vitest';
import { itemBytes, tableSize } from '../../infra/local/storage/table-size.ts';
import { operatorClient } from '../../infra/local/storage/tables.ts';
import { startDynamoDB } from '../support/dynamodb.ts';

describe('an item has the bytes of its names and values', () => {
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

test('a table is measured whole while it is small, and from some of its items when it is not', async () => {
  const dynamodb = await startDynamoDB();
  onTestFinished(() => dynamodb.stop());
  const client = operatorClient(dynamodb.endpoint, 'us-east-1');
  onTestFinished(() => client.destroy());
  await client.send(
    new CreateTableCommand({
      TableName: 'things',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    }),
  );
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
