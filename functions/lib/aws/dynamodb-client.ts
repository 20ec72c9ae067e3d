import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { lazy } from '../lazy.ts';
import { aroundAttempts, guardAttempts } from '../resilience/attempts.ts';
import { createCircuit } from '../resilience/circuit.ts';
import { clientOptions } from './client-options.ts';
import { aroundCalls, countConsumedCapacity } from './consumed-capacity.ts';

const guard = guardAttempts(createCircuit('DynamoDB'));

const createClient = (options: DynamoDBClientConfig): DynamoDBClient => {
  const client = new DynamoDBClient({ ...clientOptions, ...options });
  client.middlewareStack.add(guard, aroundAttempts);
  client.middlewareStack.add(countConsumedCapacity, aroundCalls);
  return client;
};

/** The client for all that may be sent more than once. One to an instance. */
export const dynamoDb = createClient({});

/**
 * The client for what its caller must not send twice without knowing: it makes one attempt. It shares circuit and
 * connections with the other one. Made when it is first asked for: it would be a thirtieth of a cold start.
 */
export const singleAttemptDynamoDb = lazy(() =>
  createClient({ maxAttempts: 1, requestHandler: dynamoDb.config.requestHandler }),
);
