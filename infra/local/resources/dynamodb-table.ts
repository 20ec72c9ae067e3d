import * as z from 'zod/mini';
import { dynamoDb } from '../storage/dynamodb.ts';
import { type TableSize, tableSize } from '../storage/table-size.ts';
import { createTable, type TableDefinition } from '../storage/tables.ts';
import { resourceType } from './resource-type.ts';
import { encryption, flag, ignorable, monitoring, onlyNames, text } from './schemas.ts';

/** A table that holds items. */
export interface RunningTable extends TableDefinition {
  size(): Promise<TableSize>;
}

const keySchema = z.array(z.strictObject({ AttributeName: text, KeyType: z.enum(['HASH', 'RANGE']) }));

export const dynamoDbTable = resourceType({
  type: 'AWS::DynamoDB::Table',
  service: dynamoDb,
  properties: z.strictObject({
    TableName: z.optional(text),
    AttributeDefinitions: z.array(
      z.strictObject({ AttributeName: text, AttributeType: z.enum(['S', 'N', 'B']) }),
    ),
    KeySchema: keySchema,
    BillingMode: z.literal('PAY_PER_REQUEST'),
    GlobalSecondaryIndexes: z.optional(
      z.array(
        z.strictObject({
          IndexName: text,
          KeySchema: keySchema,
          Projection: z.strictObject({
            ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
            NonKeyAttributes: z.optional(z.array(text)),
          }),
          ContributorInsightsSpecification: ignorable, // nothing is measured here
        }),
      ),
    ),
    TimeToLiveSpecification: z.optional(z.strictObject({ AttributeName: text, Enabled: flag })),
  }),
  ignored: {
    ContributorInsightsSpecification: monitoring,
    DeletionProtectionEnabled: 'the platform deletes no table',
    PointInTimeRecoverySpecification: 'there are no backups on this machine',
    SSESpecification: encryption,
    TableClass: 'it only changes the price',
    Tags: onlyNames,
  },

  ids: ({ name, arn }) => {
    const table = name('TableName');
    return { Ref: table, Arn: arn('dynamodb', `table/${table}`) };
  },

  read: (properties, { logicalId, label, ids }): TableDefinition => ({
    logicalId,
    name: ids.Ref,
    label,
    attributes: properties.AttributeDefinitions,
    keys: properties.KeySchema,
    billingMode: properties.BillingMode,
    indexes: properties.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema, Projection }) => ({
      IndexName,
      KeySchema,
      Projection,
    })),
    timeToLive: properties.TimeToLiveSpecification,
  }),

  start: async (definition, host): Promise<RunningTable> => {
    const { client, endpoint } = host.service(dynamoDb);
    await createTable({ endpoint, region: host.place.region }, definition);
    return { ...definition, size: () => tableSize(client, definition.name) };
  },
});
