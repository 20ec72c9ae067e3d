import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { attributes } from '../lib/aws/attributes.ts';
import type { Track } from '../lib/engine/kernel-call.ts';

/** How many items a kernel's step gets at once: at the largest size of an item, well under a query's megabyte. */
const PAGE = 50;

/** An item as its tenant sees it, whatever its fields are: without the partition key and internal attributes. */
const visible = (record: Record<string, unknown>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(record).filter(([name]) => name !== 'tenant' && !name.startsWith('_')));

/** A tenant's items in the order of their ids, for kernels that read them. */
export const dynamoItemReader =
  (client: DynamoDBClient, table: string) => (tenant: string, track: Track) => ({
    /** One page, from just after the item of the id `after`; `next` goes on, undefined at the end. */
    async page(after: number | undefined) {
      const { Items = [], LastEvaluatedKey } = await track(() =>
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
      const items = Items.map((item) => visible(unmarshall(item)));
      const last = LastEvaluatedKey && unmarshall(LastEvaluatedKey).id;
      return { items, next: last === undefined ? undefined : Number(last) };
    },
  });
