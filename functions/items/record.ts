import { fields, type Item } from './schema.ts';

/**
 * An item as DynamoDB keeps it: partition key `tenant`, sort key `id`, the fields, and what never leaves, whose
 * names start with `_` so that no field can be called the same.
 */
export interface ItemRecord extends Readonly<Record<string, unknown>> {
  readonly tenant: string;
  readonly id: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** The token of the last write, fresh each time: the entity tag. */
  readonly _etag: string;
  /** The token of the write that created it. */
  readonly _birth: string;
  /** Digests of the idempotency key and of the payload that created it, where there was a key. */
  readonly _key?: string;
  readonly _payload?: string;
}

const names = Object.keys(fields);

/** What of a record a client may see: allow-listed by the schema, so nothing else can leak. */
export const toItem = (record: ItemRecord): Item => {
  const { id, createdAt, updatedAt } = record;
  const item: Record<string, unknown> = { id };
  for (const name of names) item[name] = record[name];
  return Object.assign(item, { createdAt, updatedAt }) as Item;
};
