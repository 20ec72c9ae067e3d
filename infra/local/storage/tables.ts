import {
  CreateTableCommand,
  DescribeTableCommand,
  type DescribeTableCommandOutput,
  DynamoDBClient,
  ResourceNotFoundException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { PlatformError } from '../platform-error.ts';
import type { LocalTable } from '../stack.ts';

/** Calls DynamoDB as the owner of the account. */
export const operatorClient = (endpoint: string, region: string, accessKeyId = 'LOCAL'): DynamoDBClient =>
  new DynamoDBClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey: 'local' } });

/**
 * Creates the tables that are missing, as the template says, and leaves those that are there with their data.
 * Throws a {@link PlatformError} for a table whose keys or indexes are no longer what the template says, and for
 * an endpoint that shows one access key's tables to that key only (each function has a key of its own).
 */
export const createTables = async (
  endpoint: string,
  region: string,
  tables: readonly LocalTable[],
): Promise<void> => {
  const [client, other] = [operatorClient(endpoint, region), operatorClient(endpoint, region, 'LOCALOTHER')];
  try {
    await Promise.all(tables.map((table) => createTable(client, table)));
    const [first] = tables;
    if (first !== undefined && (await describe(other, first.name)) === undefined) {
      throw new PlatformError(
        `${endpoint} keeps the tables of each access key apart: start DynamoDB Local with -sharedDb.`,
      );
    }
  } finally {
    client.destroy();
    other.destroy();
  }
};

const createTable = async (client: DynamoDBClient, { name, definition }: LocalTable): Promise<void> => {
  const existing = await describe(client, name);
  if (existing !== undefined) {
    const [is, should] = [shapeOf(existing), shapeOf(definition)];
    if (is === should) return;
    throw new PlatformError(
      `The table ${name} has the keys ${is} and the template says ${should}: use another data folder, or delete this one.`,
    );
  }
  const { TableName: _, TimeToLiveSpecification, ...rest } = definition;
  await client.send(
    new CreateTableCommand({
      TableName: name,
      AttributeDefinitions: rest.AttributeDefinitions,
      KeySchema: rest.KeySchema,
      BillingMode: rest.BillingMode,
      ...(rest.GlobalSecondaryIndexes !== undefined && {
        GlobalSecondaryIndexes: rest.GlobalSecondaryIndexes.map(({ IndexName, KeySchema, Projection }) => ({
          IndexName,
          KeySchema,
          Projection: {
            ProjectionType: Projection.ProjectionType,
            ...(Projection.NonKeyAttributes !== undefined && {
              NonKeyAttributes: Projection.NonKeyAttributes,
            }),
          },
        })),
      }),
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 1, maxDelay: 1 }, { TableName: name });
  if (TimeToLiveSpecification !== undefined) {
    await client.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification }));
  }
};

const describe = async (
  client: DynamoDBClient,
  TableName: string,
): Promise<DescribeTableCommandOutput['Table']> => {
  try {
    return (await client.send(new DescribeTableCommand({ TableName }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
};

interface Keyed {
  readonly AttributeDefinitions?:
    | readonly { AttributeName?: string | undefined; AttributeType?: string | undefined }[]
    | undefined;
  readonly KeySchema?:
    | readonly { AttributeName?: string | undefined; KeyType?: string | undefined }[]
    | undefined;
  readonly GlobalSecondaryIndexes?:
    | readonly {
        IndexName?: string | undefined;
        KeySchema?: Keyed['KeySchema'];
        Projection?:
          | { ProjectionType?: string | undefined; NonKeyAttributes?: string[] | undefined }
          | undefined;
      }[]
    | undefined;
}

/** Keys and indexes in one line, so that two tables can be compared and the difference be read. */
const shapeOf = ({
  AttributeDefinitions = [],
  KeySchema = [],
  GlobalSecondaryIndexes = [],
}: Keyed): string => {
  const typeOf = (name: string | undefined) =>
    AttributeDefinitions.find(({ AttributeName }) => AttributeName === name)?.AttributeType;
  const keys = (schema: Keyed['KeySchema'] = []) =>
    schema
      .map(({ AttributeName, KeyType }) => `${AttributeName} ${typeOf(AttributeName)} ${KeyType}`)
      .join(', ');
  const indexes = GlobalSecondaryIndexes.map(({ IndexName, KeySchema: schema, Projection }) => {
    const projected = [Projection?.ProjectionType, ...(Projection?.NonKeyAttributes ?? [])].join(' ');
    return `${IndexName} (${keys(schema)}; ${projected})`;
  });
  return [`(${keys(KeySchema)})`, ...indexes.sort()].join(' with index ');
};
