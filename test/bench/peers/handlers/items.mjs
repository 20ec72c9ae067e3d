// What every peer does with DynamoDB: the calls that Spillway's items handler makes, attribute by attribute.

import { hash, randomUUID } from 'node:crypto';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { documentClient as client } from './document-client.mjs';

const table = 'items';

/** A tenant's part of a key: a hash, because a claim may hold what a key may not. */
const keyOf = (tenant) => hash('sha256', tenant, 'base64url').slice(0, 22);

/** The item, or undefined. */
export const getItem = async (tenant, id) => {
  const { Item } = await client.send(
    new GetCommand({ TableName: table, Key: { tenant: keyOf(tenant), id }, ConsistentRead: true }),
  );
  return Item;
};

/** The item as it was made. */
export const putItem = async (tenant, { id, name, description }) => {
  const now = new Date().toISOString();
  const token = randomUUID();
  const item = {
    tenant: keyOf(tenant),
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
