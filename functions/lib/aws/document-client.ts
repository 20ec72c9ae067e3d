import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { aroundAttempts, guardAttempts } from '../resilience/attempts.ts';
import { createCircuit } from '../resilience/circuit.ts';
import { settings, trimmed } from './client-settings.ts';
import { aroundCalls, countConsumedCapacity } from './consumed-capacity.ts';

const dynamoDBClient = trimmed(new DynamoDBClient(settings));
dynamoDBClient.middlewareStack.add(guardAttempts(createCircuit('DynamoDB')), aroundAttempts);
dynamoDBClient.middlewareStack.add(countConsumedCapacity, aroundCalls);

/** DynamoDB with plain JavaScript values; members that are undefined are left out of an item. */
export const documentClient = DynamoDBDocumentClient.from(dynamoDBClient, {
  marshallOptions: { removeUndefinedValues: true },
});
