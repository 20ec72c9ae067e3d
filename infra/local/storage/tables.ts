import {
  type AttributeDefinition,
  type BillingMode,
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  type GlobalSecondaryIndex,
  type KeySchemaElement,
  ResourceNotFoundException,
  type TableDescription,
  type TimeToLiveSpecification,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { PlatformError } from '../platform-error.ts';

/** What the template says of a table. */
export interface TableDefinition {
  readonly logicalId: string;
  readonly name: string;
  /** What people call it. */
  readonly label: string;
  readonly attributes: AttributeDefinition[];
  readonly keys: KeySchemaElement[];
  readonly billingMode: BillingMode;
  readonly indexes: GlobalSecondaryIndex[] | undefined;
  readonly timeToLive: TimeToLiveSpecification | undefined;
}

/** Calls DynamoDB as the owner of the account. */
export const ownerClient = (endpoint: string, region: string, accessKeyId = 'LOCAL'): DynamoDBClient =>
  new DynamoDBClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey: 'local' } });

/**
 * Creates a table that is missing, as the template says, and leaves one that is there with its data.
 * Throws a {@link PlatformError} for a table whose keys or indexes are no longer what the template says, and for an
 * endpoint that shows one access key's tables to that key only (each function has a key of its own).
 */
export const createTable = async (
  { endpoint, region }: { readonly endpoint: string; readonly region: string },
  table: TableDefinition,
): Promise<void> => {
  const [client, other] = [ownerClient(endpoint, region), ownerClient(endpoint, region, 'LOCALOTHER')];
  try {
    await createWhereMissing(client, table);
    if ((await describe(other, table.name)) === undefined)
      throw new PlatformError(
        `${endpoint} keeps the tables of each access key apart: start DynamoDB Local with -sharedDb.`,
      );
  } finally {
    client.destroy();
    other.destroy();
  }
};

const createWhereMissing = async (client: DynamoDBClient, table: TableDefinition): Promise<void> => {
  const wanted = {
    TableName: table.name,
    AttributeDefinitions: table.attributes,
    KeySchema: table.keys,
    GlobalSecondaryIndexes: table.indexes,
  };
  const existing = await describe(client, table.name);
  if (existing !== undefined) {
    const [is, should] = [shapeOf(existing), shapeOf(wanted)];
    if (is === should) return;
    throw new PlatformError(
      `The table ${table.name} has the keys ${is} and the template says ${should}: use another data folder, or delete this one.`,
    );
  }
  await client.send(new CreateTableCommand({ ...wanted, BillingMode: table.billingMode }));
  await waitUntilTableExists(
    { client, maxWaitTime: 10, minDelay: 1, maxDelay: 1 },
    { TableName: table.name },
  );
  if (table.timeToLive !== undefined)
    await client.send(
      new UpdateTimeToLiveCommand({ TableName: table.name, TimeToLiveSpecification: table.timeToLive }),
    );
};

const describe = async (client: DynamoDBClient, TableName: string): Promise<TableDescription | undefined> => {
  try {
    return (await client.send(new DescribeTableCommand({ TableName }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
};

type Shape = Pick<TableDescription, 'AttributeDefinitions' | 'KeySchema' | 'GlobalSecondaryIndexes'>;

/** Keys and indexes in one line, so that two tables can be compared and the difference be read. */
const shapeOf = ({ AttributeDefinitions, KeySchema, GlobalSecondaryIndexes }: Shape): string => {
  const typeOf = (name: string | undefined) =>
    AttributeDefinitions?.find(({ AttributeName }) => AttributeName === name)?.AttributeType;
  const keys = (schema: Shape['KeySchema'] = []) =>
    schema
      .map(({ AttributeName, KeyType }) => `${AttributeName} ${typeOf(AttributeName)} ${KeyType}`)
      .join(', ');
  const indexes = (GlobalSecondaryIndexes ?? []).map(({ IndexName, KeySchema: schema, Projection }) => {
    const projected = [Projection?.ProjectionType, ...(Projection?.NonKeyAttributes ?? [])].join(' ');
    return `${IndexName} (${keys(schema)}; ${projected})`;
  });
  return [`(${keys(KeySchema)})`, ...indexes.sort()].join(' with index ');
};
