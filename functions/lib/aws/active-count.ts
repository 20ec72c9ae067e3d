import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { attributes } from './attributes.ts';
import { computationPk, shardOf } from './computation-record.ts';

/**
 * Counts a tenant's active computations on the index of active ones, where all of a tenant's are in one partition. One
 * eventually consistent request: half a read unit for about thirty of them. It reads the first megabyte of the
 * partition, about seven thousand entries, so it may count too few when there are more, but never too many.
 */
export const activeCount =
  (client: DynamoDBClient, table: string) =>
  async (tenant: string): Promise<number> => {
    const { Count = 0 } = await client.send(
      new QueryCommand({
        TableName: table,
        IndexName: 'active',
        KeyConditionExpression: '#shard = :shard',
        FilterExpression: 'begins_with(#pk, :tenant)',
        ExpressionAttributeNames: { '#shard': 'shard', '#pk': 'pk' },
        ExpressionAttributeValues: attributes({
          ':shard': shardOf({ tenant }),
          ':tenant': computationPk({ tenant, id: '' }),
        }),
        Select: 'COUNT',
      }),
    );
    return Count;
  };
