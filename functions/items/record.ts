import type { FieldValues } from './fields.ts';

/**
 * An item as DynamoDB keeps it: partition key `tenant`, sort key `id`, the fields, and what never leaves, whose
 * names start with `_` so that no field can be called the same.
 */
export interface ItemRecord extends FieldValues {
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

/** What of a record a client may see: what is named here and the fields, so that nothing else can leak. */
export const toItem = (record: ItemRecord, fieldNames: readonly string[]): FieldValues => {
  const { id, createdAt, updatedAt } = record;
  const item: Record<string, unknown> = { id };
  for (const name of fieldNames) item[name] = record[name];
  return Object.assign(item, { createdAt, updatedAt });
};
