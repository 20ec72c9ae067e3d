import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type DynamoDb, startDynamoDb } from '../../infra/local/storage/dynamodb.ts';
import { createComputationsTable } from './computations-table.ts';

/** DynamoDB in memory on a free port. */
export const startDynamoDB = (): Promise<DynamoDb> =>
  startDynamoDb({
    endpoint: undefined,
    file: undefined,
    onExit: (error) => {
      throw error;
    },
  });

/** Creates the two tables as the stack has them. */
export const createTables = async (
  endpoint: string,
  names: { readonly items: string; readonly computations: string },
): Promise<void> => {
  const client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  await client.send(
    new CreateTableCommand({
      TableName: names.items,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'tenant', AttributeType: 'S' },
        { AttributeName: 'id', AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: 'tenant', KeyType: 'HASH' },
        { AttributeName: 'id', KeyType: 'RANGE' },
      ],
    }),
  );
  await createComputationsTable(client, names.computations);
  client.destroy();
};

/** Where the SDK's clients of the functions under test go; set it before a handler is imported. */
export const sdkEnvironment = (endpoint: string): Readonly<Record<string, string>> => ({
  AWS_ENDPOINT_URL_DYNAMODB: endpoint,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
});
