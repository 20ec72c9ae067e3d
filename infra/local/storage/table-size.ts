import {
  type AttributeValue,
  DescribeTableCommand,
  type DynamoDBClient,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';

export interface TableSize {
  readonly items: number;
  readonly bytes: number;
  /** Whether every item was measured; else `bytes` is extrapolated from some of them. */
  readonly exact: boolean;
}

/** Items that one look reads at most. */
const sample = 200;

/**
 * How much a table holds, for at most two requests whatever its size. A small table is read whole. Of a larger one
 * DynamoDB tells the number of items, and its bytes where it knows them: Dynoxide says 0, so they are estimated
 * from the first items in the order of their hashes.
 */
export const tableSize = async (client: DynamoDBClient, TableName: string): Promise<TableSize> => {
  const { Items = [], LastEvaluatedKey } = await client.send(new ScanCommand({ TableName, Limit: sample }));
  const read = Items.reduce((sum, item) => sum + itemBytes(item), 0);
  if (LastEvaluatedKey === undefined) return { items: Items.length, bytes: read, exact: true };
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  const items = Math.max(Table?.ItemCount ?? 0, Items.length);
  const bytes = Table?.TableSizeBytes || Math.round((read / Items.length) * items);
  return { items, bytes, exact: false };
};

type Item = Readonly<Record<string, AttributeValue>>;

/**
 * Names and values, as DynamoDB counts them.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export const itemBytes = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);

const valueBytes = (value: AttributeValue): number => {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return numberBytes(value.N);
  if (value.B !== undefined) return value.B.length;
  if (value.SS !== undefined) return sum(value.SS.map((each) => Buffer.byteLength(each)));
  if (value.NS !== undefined) return sum(value.NS.map(numberBytes));
  if (value.BS !== undefined) return sum(value.BS.map((each) => each.length));
  if (value.L !== undefined) return 3 + sum(value.L.map((each) => 1 + valueBytes(each)));
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + itemBytes(value.M);
  return 1; // true, false and null
};

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);

/** A byte for two significant digits, and one more. */
const numberBytes = (number: string): number =>
  Math.ceil(number.replace(/^-?0*\.?0*|e.*$|\D/gi, '').length / 2) + 1;
