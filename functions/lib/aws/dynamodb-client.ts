import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { aroundAttempts, guardAttempts } from '../resilience/attempts.ts';
import { createCircuit } from '../resilience/circuit.ts';
import { settings, trimmed } from './client-settings.ts';
import { aroundCalls, countConsumedCapacity } from './consumed-capacity.ts';

export const dynamoDb = trimmed(new DynamoDBClient(settings));
dynamoDb.middlewareStack.add(guardAttempts(createCircuit('DynamoDB')), aroundAttempts);
dynamoDb.middlewareStack.add(countConsumedCapacity, aroundCalls);
