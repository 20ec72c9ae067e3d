import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { checkFields } from '../../../functions/items/check-fields.ts';
import { checkItems } from '../../../functions/items/operations.ts';
import { fields } from '../../../functions/items/schema.ts';
import { number, text } from '../../../functions/lib/http/schemas.ts';
import { functions } from '../../../functions/manifest.ts';
import { itemFields } from '../../support/item-fields.ts';

it('the fields of items fit an item’s record, and the build checks it', () => {
  expect(() => checkFields(fields)).not.toThrow();
  expect(functions.items.check).toBe(checkItems);
});

describe('fields that fit an item’s record', () => {
  it('are strings, numbers, booleans and arrays of them, each bounded', () => {
    expect(() => checkFields(itemFields)).not.toThrow();
  });

  it.each<[string, z.ZodMiniType]>([
    ['one of some values', z.enum(['red', 'green'])],
    ['one value', z.literal('red')],
    ['an integer', z.int()],
    ['a number that is far from 0', z.number().check(z.gte(1), z.lte(2))],
    ['a day', z.iso.date().check(z.maxLength(10))],
    ['an array of numbers', z.array(number(0, 1)).check(z.minLength(2), z.maxLength(3))],
    ['an array of some values', z.array(z.enum(['red', 'green'])).check(z.maxLength(3))],
    ['an optional one with an example', z.optional(z.int().check(z.meta({ examples: [1, 2] })))],
    ['as long as an item may be', text(0, 102_000)],
  ])('may be %s', (_, field) => {
    expect(() => checkFields({ field })).not.toThrow();
  });

  it('may be none', () => {
    expect(() => checkFields({})).not.toThrow();
  });
});

describe('fields that do not fit are refused with a sentence that names the file and what to write instead', () => {
  it.each<[string, z.ZodMiniType, string]>([
    ['id', z.int(), 'has a name that items use themselves; write another one'],
    ['createdAt', z.int(), 'has a name that items use themselves; write another one'],
    ['_etag', z.int(), 'has a name that items use themselves; write another one'],
    [
      'in-stock',
      z.int(),
      'has a name that is no attribute’s; write letters, digits and underscores, a letter first',
    ],
    [
      '2nd',
      z.int(),
      'has a name that is no attribute’s; write letters, digits and underscores, a letter first',
    ],
    [
      'größe',
      z.int(),
      'has a name that is no attribute’s; write letters, digits and underscores, a letter first',
    ],
    [
      'field',
      z.string(),
      'has no longest length; write text(0, 1_000) of lib/http/schemas.ts, or z.maxLength',
    ],
    [
      'field',
      z.iso.date(),
      'has no longest length; write text(0, 1_000) of lib/http/schemas.ts, or z.maxLength',
    ],
    [
      'field',
      z.number().check(z.gte(0)),
      'has no bounds within ±(2^53 − 1); write number(0, 1_000) of lib/http/schemas.ts, or z.int() with bounds',
    ],
    [
      'field',
      number(0, 2 ** 53),
      'has no bounds within ±(2^53 − 1); write number(0, 1_000) of lib/http/schemas.ts, or z.int() with bounds',
    ],
    [
      'field',
      z.number().check(z.gte(0), z.lte(1)),
      'takes numbers closer to 0 than DynamoDB stores; write number(0, 1_000) of lib/http/schemas.ts, or z.int()',
    ],
    [
      'field',
      z.array(z.number().check(z.gte(0), z.lte(1))).check(z.minLength(2), z.maxLength(3)),
      'takes numbers closer to 0 than DynamoDB stores; write number(0, 1_000) of lib/http/schemas.ts, or z.int()',
    ],
    ['field', z.array(z.int()), 'has no greatest length; write z.array(…).check(z.maxLength(10))'],
    [
      'field',
      z.array(z.array(z.int())).check(z.maxLength(3)),
      'is an array of something other than strings, numbers or booleans; write an array of one of those',
    ],
    [
      'field',
      z.array(z.string()).check(z.maxLength(3)),
      'has no longest length; write text(0, 1_000) of lib/http/schemas.ts, or z.maxLength',
    ],
    [
      'field',
      z.object({ a: z.int() }),
      'is neither a string, a number, a boolean nor an array of those; write one of them, z.optional(…) for what an item may lack',
    ],
    [
      'field',
      z.nullable(z.int()),
      'is neither a string, a number, a boolean nor an array of those; write one of them, z.optional(…) for what an item may lack',
    ],
    [
      'field',
      z.literal(null),
      'is neither a string, a number, a boolean nor an array of those; write one of them, z.optional(…) for what an item may lack',
    ],
    [
      'field',
      z.date(),
      'has a type that JSON does not have; write a string, a number, a boolean or an array of those',
    ],
    [
      'field',
      text(1, 5).check(z.meta({ examples: ['fits', 'does not fit'] })),
      'shows the example "does not fit", which it refuses; write one that it takes',
    ],
  ])('%s', (name, field, problem) => {
    expect(() => checkFields({ first: z.int(), [name]: field })).toThrow(
      new Error(`functions/items/schema.ts: the field "${name}" ${problem}.`),
    );
  });

  it('of which some fit alone but not together', () => {
    const half = text(0, 60_000);
    expect(() => checkFields({ half })).not.toThrow();
    expect(() => checkFields({ half, other: half })).toThrow(
      /^functions\/items\/schema\.ts: an item may take \d+ bytes, but DynamoDB stores 409600; write shorter bounds\.$/,
    );
  });
});
