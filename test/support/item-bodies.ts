import * as z from 'zod/mini';
import { itemSchemas } from '../../functions/items/item-schemas.ts';
import { fields } from './suite/fields.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

/** A number that tells marks apart. */
const numberOf = (mark: string): number =>
  [...mark].reduce((sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) % 99_991, 7);

/** A value of a schema that tells by which mark it was made, as far as the schema has room for that. */
const makeValue = (schema: JsonSchema, mark: string): unknown => {
  const { type, minimum, maximum, minLength, maxLength } = schema;
  if (Array.isArray(schema.enum)) return schema.enum[numberOf(mark) % schema.enum.length];
  switch (type) {
    case 'string':
      return mark.padEnd(Number(minLength ?? 0), '.').slice(0, Number(maxLength ?? mark.length));
    case 'integer':
    case 'number': {
      const least = Math.max(Math.ceil(Number(minimum ?? 0)), -100_000);
      return least + (numberOf(mark) % (Math.min(Number(maximum ?? least), least + 100_000) - least + 1));
    }
    case 'boolean':
      return numberOf(mark) % 2 === 0;
    case 'array':
      return Array.from({ length: Number(schema.minItems ?? 1) }, () =>
        makeValue(schema.items as JsonSchema, mark),
      );
    default:
      return schema.const;
  }
};

/**
 * A valid body of an item with every field that functions/items/schema.ts has, whatever they are. Other marks make
 * other bodies, and the same mark the same one.
 */
export const itemBody = (mark: string): Readonly<Record<string, unknown>> => {
  const body = Object.fromEntries(
    Object.entries(fields).map(([name, field]: [string, z.ZodMiniType]) => {
      const value = makeValue(z.toJSONSchema(field, { io: 'input' }) as JsonSchema, mark);
      if (field.safeParse(value).success) return [name, value];
      return [name, itemSchemas(fields).examples()?.[name]];
    }),
  );
  if (!itemSchemas(fields).replacement().safeParse(body).success) {
    throw new Error(
      'functions/items/schema.ts: a field has a format of its own and no example; give it z.meta({ examples: […] }).',
    );
  }
  return body;
};
