import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { ItemReader } from '../../kernels/kernel.ts';

/** How many items a kernel's step gets at once: at the largest size of an item, well under a query's megabyte. */
const PAGE = 50;

/** A tenant's items in the order of their ids, for kernels that read them. */
export const dynamoItemReader =
  (client: DynamoDBDocumentClient, table: string) =>
  (tenant: string): ItemReader => ({
    async page(after) {
      const output = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: '#tenant = :tenant AND #id > :after',
          ExpressionAttributeNames: { '#tenant': 'tenant', '#id': 'id' },
          ExpressionAttributeValues: { ':tenant': tenant, ':after': after ?? -1 },
          ConsistentRead: true,
          Limit: PAGE,
        }),
      );
      const items = (output.Items ?? []).map(({ id, name, description }) => ({
        id: Number(id),
        name: String(name),
        description: String(description),
      }));
      return { items, next: output.LastEvaluatedKey === undefined ? undefined : items.at(-1)?.id };
    },
  });
