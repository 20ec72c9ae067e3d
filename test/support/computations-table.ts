import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';

const attribute = (name: string, type: 'S' | 'N') => ({ AttributeName: name, AttributeType: type });
const index = (name: string, partition: string, sort: string) => ({
  IndexName: name,
  KeySchema: [
    { AttributeName: partition, KeyType: 'HASH' as const },
    { AttributeName: sort, KeyType: 'RANGE' as const },
  ],
  Projection: { ProjectionType: 'KEYS_ONLY' as const },
});

/** A table of computations as the stack has it. */
export const createComputationsTable = async (client: DynamoDBClient, name: string): Promise<void> => {
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        attribute('pk', 'S'),
        attribute('tenant', 'S'),
        attribute('listKey', 'S'),
        attribute('shard', 'S'),
        attribute('visitAt', 'N'),
      ],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [index('list', 'tenant', 'listKey'), index('active', 'shard', 'visitAt')],
    }),
  );
};
