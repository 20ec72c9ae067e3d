// DynamoDB as the SDK gives it. The bench also bundles every peer with spillway-client.mjs in its place.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';

const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));

/** The item of that key, or undefined. */
export const get = async (input) => (await client.send(new GetCommand(input))).Item;

export const put = (input) => client.send(new PutCommand(input));
