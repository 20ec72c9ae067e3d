import type * as z from 'zod/mini';

/** The fields of an item by their names; each schema reads what clients write. */
export type Fields = Readonly<Record<string, z.ZodMiniType>>;

/** The values of an item's fields. */
export type FieldValues = Readonly<Record<string, unknown>>;

/** New values of fields; null: the field goes. */
export type FieldChanges = Readonly<Record<string, unknown>>;
