import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { attributes } from '../lib/aws/attributes.ts';
import type { Track } from '../lib/engine/kernel-call.ts';

/** How many items a kernel's step gets at once: at the largest size of an item, well under a query's megabyte. */
const PAGE = 50;

/** A tenant's items in the order of their ids, for kernels that read them. */
export const dynamoItemReader =
  (client: DynamoDBClient, table: string) => (tenant: string, track: Track) => ({
    /** One page, from just after the item of the id `after`; `next` goes on, undefined at the end. */
    async page(after: number | undefined) {
      const output = await track(() =>
        client.send(
          new QueryCommand({
            TableName: table,
            KeyConditionExpression: '#tenant = :tenant AND #id > :after',
            ExpressionAttributeNames: { '#tenant': 'tenant', '#id': 'id' },
            ExpressionAttributeValues: attributes({ ':tenant': tenant, ':after': after ?? -1 }),
            ConsistentRead: true,
            Limit: PAGE,
          }),
        ),
      );
      const items = (output.Items ?? []).map((item) => {
        const { id, name, description } = unmarshall(item);
        return { id: Number(id), name: String(name), description: String(description) };
      });
      return { items, next: output.LastEvaluatedKey === undefined ? undefined : items.at(-1)?.id };
    },
  });
