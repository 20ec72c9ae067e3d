import * as z from 'zod/mini';
import { integerText, text, timestamp } from '../../../functions/lib/http/schemas.ts';
import { lazy as once } from '../../../functions/lib/lazy.ts';

/** Names that an item's own attributes have taken. */
type Reserved = 'tenant' | 'id' | 'createdAt' | 'updatedAt' | `_${string}`;
type Fields = Record<string, z.ZodMiniType> & { [Name in Reserved]?: never };

/** The fields of items in the suites that tests start, in place of functions/items/schema.ts. */
export const fields = {
  name: text(1, 256).check(z.meta({ description: 'What it is called', examples: ['Lamp'] })),
  description: text(0, 4_096).check(z.meta({ description: 'What it is', examples: ['A lamp for the desk'] })),
} satisfies Fields;

const MAX_ID = Number.MAX_SAFE_INTEGER;
const outOfRange = `must be a whole number from 0 to ${MAX_ID}`;

const id = once(() =>
  z.int(outOfRange).check(z.gte(0, outOfRange), z.lte(MAX_ID, outOfRange), z.meta({ examples: [1] })),
);

/** The path parameter. */
export const itemId = once(() => z.object({ id: integerText(0, MAX_ID) }));

export const newItem = once(() =>
  z
    .strictObject({
      id: z.optional(id().check(z.describe('The client may choose it; when absent the server does'))),
      ...fields,
    })
    .check(z.meta({ title: 'NewItem' })),
);

export const replacement = once(() => z.strictObject(fields).check(z.meta({ title: 'ItemReplacement' })));

/**
 * A merge patch (RFC 7396): absent keeps a field, null removes an optional one. A default is for creating only:
 * a patch without the field keeps what is there.
 */
const patchable = (field: z.ZodMiniType): z.ZodMiniType => {
  if (field instanceof z.ZodMiniOptional) return z.nullable(field.def.innerType as z.ZodMiniType);
  if (field instanceof z.ZodMiniDefault) return field.def.innerType as z.ZodMiniType;
  return field;
};

export const patch = once(() =>
  z
    .strictObject(
      Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, z.optional(patchable(field))])),
    )
    .check(z.meta({ title: 'ItemPatch' })),
);

/** An item as clients see it. */
export const item = once(() =>
  z
    .object({ id: id(), ...fields, createdAt: timestamp(), updatedAt: timestamp() })
    .check(z.meta({ title: 'Item' })),
);

export type ItemFields = z.output<ReturnType<typeof replacement>>;
/** A field's new value; null: the field goes. */
export type ItemPatch = Readonly<Record<string, unknown>>;
export type Item = z.output<ReturnType<typeof item>>;

const example = (schema: z.ZodMiniType): unknown => {
  const examples: unknown = z.globalRegistry.get(schema)?.examples;
  if (Array.isArray(examples)) return examples[0];
  return schema instanceof z.ZodMiniOptional ? example(schema.def.innerType as z.ZodMiniType) : undefined;
};

/** The example that the documentation shows, made of the fields' own. */
export const exampleFields = Object.fromEntries(
  Object.entries(fields).map(([name, field]) => [name, example(field)]),
);
