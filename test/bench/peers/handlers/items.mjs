// What every peer does with DynamoDB: the calls that Spillway's items handler makes, attribute by attribute.

import { hash, randomUUID } from 'node:crypto';
import { get, put } from './dynamodb.mjs';

const table = 'items';

/** A tenant's part of a key: a hash, because a claim may hold what a key may not. */
const keyOf = (tenant) => hash('sha256', tenant, 'base64url').slice(0, 22);

/** The item, or undefined. */
export const getItem = (tenant, id) =>
  get({ TableName: table, Key: { tenant: keyOf(tenant), id }, ConsistentRead: true });

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
  await put({
    TableName: table,
    Item: item,
    ConditionExpression: 'attribute_not_exists(#tenant)',
    ExpressionAttributeNames: { '#tenant': 'tenant' },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  return item;
};
