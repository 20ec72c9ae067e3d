// What every peer does with DynamoDB: the calls that Spillway's items handler makes, attribute by attribute.

import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';

const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const table = 'items';

/** The item, or undefined. */
export const getItem = async (tenant, id) => {
  const { Item } = await client.send(
    new GetCommand({ TableName: table, Key: { tenant, id }, ConsistentRead: true }),
  );
  return Item;
};

/** The item as it was made. */
export const putItem = async (tenant, { id, name, description }) => {
  const now = new Date().toISOString();
  const token = randomUUID();
  const item = {
    tenant,
    id,
    name,
    description,
    createdAt: now,
    updatedAt: now,
    _etag: token,
    _birth: token,
  };
  await client.send(
    new PutCommand({
      TableName: table,
      Item: item,
      ConditionExpression: 'attribute_not_exists(#tenant)',
      ExpressionAttributeNames: { '#tenant': 'tenant' },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }),
  );
  return item;
};
