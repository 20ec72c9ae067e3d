import * as z from 'zod/mini';
import type { Fields } from './fields.ts';

/** What DynamoDB allows an item, its attributes' names included. */
const MAX_ITEM_BYTES = 400 * 1_024;
/** What an item has besides its fields: keys, times, tokens and digests. */
const OWN_BYTES = 1_024;
/** What an attribute or an element of a list takes besides its value. */
const OVERHEAD_BYTES = 3;
/** A number takes at most. */
const NUMBER_BYTES = 21;
/** A character in UTF-8 at most. */
const CHARACTER_BYTES = 4;

const RESERVED: ReadonlySet<string> = new Set(['tenant', 'id', 'createdAt', 'updatedAt']);

/** What is wrong with a field, and what to write instead. */
class FieldProblem extends Error {}

type JsonSchema = Readonly<Record<string, unknown>>;

const jsonSchemaOf = (field: z.ZodMiniType): JsonSchema => {
  try {
    return z.toJSONSchema(field, { io: 'output' }) as JsonSchema;
  } catch {
    throw new FieldProblem(
      'has a type that JSON does not have; write a string, a number, a boolean or an array of those',
    );
  }
};

const stringBytes = ({ maxLength }: JsonSchema): number => {
  if (typeof maxLength !== 'number') {
    throw new FieldProblem(
      'has no longest length; write text(0, 1_000) of lib/http/schemas.ts, or z.maxLength',
    );
  }
  return maxLength * CHARACTER_BYTES;
};

const numberBytes = ({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): number => {
  const bounds = [minimum ?? exclusiveMinimum, maximum ?? exclusiveMaximum];
  const isSafe = (bound: unknown) => typeof bound === 'number' && Math.abs(bound) <= Number.MAX_SAFE_INTEGER;
  if (!bounds.every(isSafe)) {
    throw new FieldProblem(
      'has no bounds within ±(2^53 − 1); write number(0, 1_000) of lib/http/schemas.ts, or z.int() with bounds',
    );
  }
  return NUMBER_BYTES;
};

const arrayBytes = ({ items, maxItems }: JsonSchema): number => {
  if (typeof maxItems !== 'number') {
    throw new FieldProblem('has no greatest length; write z.array(…).check(z.maxLength(10))');
  }
  const element = items as JsonSchema | undefined;
  if (element?.type === 'array' || element?.type === 'object' || element?.type === undefined) {
    throw new FieldProblem(
      'is an array of something other than strings, numbers or booleans; write an array of one of those',
    );
  }
  return maxItems * (bytesOf(element) + OVERHEAD_BYTES);
};

/** The most bytes that a value takes in DynamoDB. */
const bytesOf = (schema: JsonSchema): number => {
  const values = Array.isArray(schema.enum) ? schema.enum : 'const' in schema ? [schema.const] : undefined;
  if (values?.every((value) => ['string', 'number', 'boolean'].includes(typeof value))) {
    return Math.max(...values.map((value) => Buffer.byteLength(String(value))));
  }
  switch (schema.type) {
    case 'string':
      return stringBytes(schema);
    case 'number':
    case 'integer':
      return numberBytes(schema);
    case 'boolean':
      return 1;
    case 'array':
      return arrayBytes(schema);
    default:
      throw new FieldProblem(
        'is neither a string, a number, a boolean nor an array of those; write one of them, z.optional(…) for what an item may lack',
      );
  }
};

/** A value that DynamoDB has no number for, or no number that is the same when it is read. */
const UNSTORABLE_NUMBER = 5e-324;

const checkNumbers = (field: z.ZodMiniType, { type, minItems = 1 }: JsonSchema): void => {
  const values =
    type === 'array' ? Array(Math.max(Number(minItems), 1)).fill(UNSTORABLE_NUMBER) : UNSTORABLE_NUMBER;
  if (field.safeParse(values).success) {
    throw new FieldProblem(
      'takes numbers closer to 0 than DynamoDB stores; write number(0, 1_000) of lib/http/schemas.ts, or z.int()',
    );
  }
};

const checkExamples = (field: z.ZodMiniType, { examples = [] }: JsonSchema): void => {
  for (const example of Array.isArray(examples) ? examples : [examples]) {
    if (field.safeParse(example).success) continue;
    throw new FieldProblem(
      `shows the example ${JSON.stringify(example)}, which it refuses; write one that it takes`,
    );
  }
};

const checkName = (name: string): void => {
  if (RESERVED.has(name) || name.startsWith('_')) {
    throw new FieldProblem('has a name that items use themselves; write another one');
  }
  if (!/^[A-Za-z]\w*$/.test(name)) {
    throw new FieldProblem(
      'has a name that is no attribute’s; write letters, digits and underscores, a letter first',
    );
  }
};

/** Checks one field, and returns the most bytes that it takes. */
const check = (name: string, field: z.ZodMiniType): number => {
  checkName(name);
  const schema = jsonSchemaOf(field);
  const bytes = bytesOf(schema);
  checkNumbers(field, schema);
  checkExamples(field, schema);
  return name.length + bytes + OVERHEAD_BYTES;
};

/**
 * Checks that an item's record can hold these fields. The build calls it.
 *
 * @throws Error with one sentence that names the file, what is wrong, and what to write instead.
 */
export const checkFields = (fields: Fields): void => {
  let total = OWN_BYTES;
  for (const [name, field] of Object.entries(fields)) {
    try {
      total += check(name, field);
    } catch (error) {
      if (!(error instanceof FieldProblem)) throw error;
      throw new Error(`functions/items/schema.ts: the field "${name}" ${error.message}.`);
    }
  }
  if (total > MAX_ITEM_BYTES) {
    throw new Error(
      `functions/items/schema.ts: an item may take ${total} bytes, but DynamoDB stores ${MAX_ITEM_BYTES}; write shorter bounds.`,
    );
  }
};
