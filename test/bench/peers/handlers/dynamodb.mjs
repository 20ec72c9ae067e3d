// DynamoDB through the client that the SDK makes, as Spillway asks it: the same for every handler of the bench.

import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';

const client = new DynamoDBClient({});

/** The item of that key, or undefined. */
export const get = async ({ Key, ...input }) => {
  const { Item } = await client.send(new GetItemCommand({ ...input, Key: marshall(Key) }));
  return Item && unmarshall(Item);
};

export const put = ({ Item, ...input }) =>
  client.send(new PutItemCommand({ ...input, Item: marshall(Item) }));
