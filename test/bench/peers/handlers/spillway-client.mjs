// DynamoDB as Spillway has it, for the peers: in place of document-client.mjs.

import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { attributes } from '../../../../functions/lib/aws/attributes.ts';
import { dynamoDb } from '../../../../functions/lib/aws/dynamodb-client.ts';

export const get = async ({ Key, ...input }) => {
  const { Item } = await dynamoDb.send(new GetItemCommand({ ...input, Key: attributes(Key) }));
  return Item && unmarshall(Item);
};

export const put = ({ Item, ...input }) =>
  dynamoDb.send(new PutItemCommand({ ...input, Item: attributes(Item) }));
