import * as z from 'zod/mini';
import { integerText, timestamp } from '../lib/http/schemas.ts';
import { lazy } from '../lib/lazy.ts';
import type { FieldChanges, Fields, FieldValues } from './fields.ts';

const MAX_ID = Number.MAX_SAFE_INTEGER;
const outOfRange = `must be a whole number from 0 to ${MAX_ID}`;

const id = lazy(() =>
  z.int(outOfRange).check(z.gte(0, outOfRange), z.lte(MAX_ID, outOfRange), z.meta({ examples: [1] })),
);

/** The path parameter. */
export const itemParams = lazy(() => z.object({ id: integerText(0, MAX_ID) }));

/**
 * A field in a merge patch (RFC 7396): absent keeps it, null removes an optional one. A default is for creating only:
 * a patch without the field keeps what is there.
 */
const patchable = (field: z.ZodMiniType): z.ZodMiniType => {
  if (field instanceof z.ZodMiniOptional) return z.nullable(field.def.innerType as z.ZodMiniType);
  if (field instanceof z.ZodMiniDefault) return field.def.innerType as z.ZodMiniType;
  return field;
};

/** The example that a field's `z.meta` gives, also inside what makes it optional; undefined where there is none. */
const exampleOf = (field: z.ZodMiniType): unknown => {
  const examples: unknown = z.globalRegistry.get(field)?.examples;
  if (Array.isArray(examples)) return examples[0];
  const isWrapped = field instanceof z.ZodMiniOptional || field instanceof z.ZodMiniDefault;
  return isWrapped ? exampleOf(field.def.innerType as z.ZodMiniType) : undefined;
};

/** The schemas of items that have these fields, and examples of them. */
export const itemSchemas = (fields: Fields) => {
  const item = lazy(() =>
    z
      .object({ id: id(), ...fields, createdAt: timestamp(), updatedAt: timestamp() })
      .check(z.meta({ id: 'Item' })),
  );

  const page = lazy(() =>
    z.object({ items: z.array(item()), next: z.optional(z.string()) }).check(z.meta({ id: 'ItemPage' })),
  );

  const newItem = lazy(
    (): z.ZodMiniType<{ readonly id?: number | undefined } & FieldValues> =>
      z
        .strictObject({
          id: z.optional(id().check(z.describe('The client may choose it; when absent the server does'))),
          ...fields,
        })
        .check(z.meta({ id: 'NewItem' })),
  );

  const replacement = lazy(
    (): z.ZodMiniType<FieldValues> => z.strictObject(fields).check(z.meta({ id: 'ItemReplacement' })),
  );

  const patch = lazy((): z.ZodMiniType<FieldChanges> => {
    const changes = Object.entries(fields).map(([name, field]) => [name, z.optional(patchable(field))]);
    return z.strictObject(Object.fromEntries(changes)).check(z.meta({ id: 'ItemPatch' }));
  });

  /** The fields' own examples; undefined when a field that every item has gives none. */
  const examples = lazy((): FieldValues | undefined => {
    const values = Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [name, exampleOf(field)]),
    );
    return replacement().safeParse(values).success ? values : undefined;
  });

  return { item, page, newItem, replacement, patch, examples };
};
