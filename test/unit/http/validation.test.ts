import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { integerText, text } from '../../../functions/lib/http/schemas.ts';
import { check, parse } from '../../../functions/lib/http/validation.ts';

const errors = (schema: z.ZodMiniType, value: unknown, base?: readonly string[]) => {
  const checked = check(schema, value, base);
  return 'errors' in checked ? checked.errors : [];
};
const detail = (schema: z.ZodMiniType, value: unknown) => errors(schema, value)[0]?.detail;

describe('the detail of a value that breaks its schema', () => {
  it.each<[string, z.ZodMiniType, unknown]>([
    ['must be a string', z.string(), 1],
    ['must be a whole number', z.int(), 1.5],
    ['must be a number', z.number(), 'NaN'],
    ['must be a boolean', z.boolean(), 'true'],
    ['must be an array', z.array(z.string()), {}],
    ['must be an object', z.object({}), []],
    ['is required', z.string(), undefined],
    ['must be 1 or more', z.number().check(z.gte(1)), 0],
    ['must be 9 or less', z.number().check(z.lte(9)), 10],
    ['must be 9007199254740991 or less', z.int(), 1e300],
    ['must be more than 0', z.number().check(z.positive()), 0],
    ['must be less than 1', z.number().check(z.lt(1)), 1],
    ['must have 1 character or more', z.string().check(z.minLength(1)), ''],
    ['must have 2 characters or less', z.string().check(z.maxLength(2)), 'abc'],
    ['must have 2 elements or less', z.array(z.int()).check(z.maxLength(2)), [1, 2, 3]],
    ['must be a multiple of 5', z.number().check(z.multipleOf(5)), 7],
    ['must be one of "call", "put"', z.enum(['call', 'put']), 'x'],
    ['must be "call"', z.literal('call'), 'x'],
    ['must match /^a$/', z.string().check(z.regex(/^a$/)), 'b'],
    ['must be a valid url', z.url(), 'b'],
    ['fits none of the allowed forms', z.union([z.string(), z.int()]), null],
    ['is not valid', z.string().check(z.refine(() => false)), 'b'],
    ['in the schema’s own words', z.string().check(z.refine(() => false, 'in the schema’s own words')), 'b'],
    ['must be odd', z.int('must be odd'), 'b'],
  ])('%s', (expected, schema, value) => {
    expect(detail(schema, value)).toBe(expected);
  });
});

describe('the pointer to a value that breaks its schema', () => {
  const schema = z.strictObject({
    list: z.array(z.strictObject({ n: z.int() })),
    'a/b': z.optional(z.int()),
  });

  it('is a pointer to the value, to the missing member, to the unknown member', () => {
    const value = { list: [{ n: 1 }, { n: 1.5 }, {}, { n: 1, more: 1 }], 'a/b': 1.5 };
    expect(errors(schema, value)).toEqual([
      { pointer: '#/list/1/n', detail: 'must be a whole number' },
      { pointer: '#/list/2/n', detail: 'is required' },
      { pointer: '#/list/3/more', detail: 'is not known here' },
      { pointer: '#/a~1b', detail: 'must be a whole number' },
    ]);
  });

  it('starts with the place in the request', () => {
    expect(errors(z.strictObject({ n: z.int() }), { n: 'x' }, ['query'])[0]?.pointer).toBe('#/query/n');
  });

  it('follows the discriminator of a union', () => {
    const union = z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('a'), input: z.strictObject({ n: z.int() }) }),
      z.strictObject({ type: z.literal('b'), input: z.strictObject({}) }),
    ]);
    expect(errors(union, { type: 'a', input: { n: 0.5 } })).toEqual([
      { pointer: '#/input/n', detail: 'must be a whole number' },
    ]);
    expect(errors(union, { type: 'c', input: {} })).toEqual([
      { pointer: '#/type', detail: 'must be one of "a", "b"' },
    ]);
    expect(errors(union, { input: {} })).toEqual([{ pointer: '#/type', detail: 'must be one of "a", "b"' }]);
  });
});

describe('an error never repeats', () => {
  it('a value', () => {
    const secret = 'secret'.repeat(100);
    const schema = z.strictObject({ a: z.int(), b: z.enum(['x']), c: z.url(), d: text(0, 3) });
    const found = errors(schema, { a: secret, b: secret, c: secret, d: secret });
    expect(found).toHaveLength(4);
    expect(JSON.stringify(found)).not.toContain('secret');
  });

  it('a very long name', () => {
    expect(errors(z.strictObject({}), { ['x'.repeat(10_000)]: 1 })).toEqual([
      { pointer: '#', detail: 'has an unknown member with a very long name' },
    ]);
  });

  it('more than twenty places', () => {
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`x${n}`, n]));
    expect(errors(z.strictObject({}), many)).toHaveLength(20);
    expect(errors(z.array(z.string()), Array(1_000).fill(1))).toHaveLength(20);
  });
});

it('one detail of one place is told once', () => {
  expect(errors(integerText(0, 5), '9007199254740993')).toEqual([
    { pointer: '#', detail: 'must be a whole number from 0 to 5' },
  ]);
});

it('parse gives the value, or throws 422 with the errors', () => {
  expect(parse(integerText(0, 5), '5')).toBe(5);
  expect(() => parse(z.int(), 1.5, ['input'])).toThrow(
    expect.objectContaining({
      status: 422,
      errors: [{ pointer: '#/input', detail: 'must be a whole number' }],
    }),
  );
});

describe('an error', () => {
  it('repeats an unknown name of a hundred characters, and no longer one', () => {
    const unknown = (length: number) => errors(z.strictObject({}), { ['x'.repeat(length)]: 1 });
    expect(unknown(100)).toEqual([{ pointer: `#/${'x'.repeat(100)}`, detail: 'is not known here' }]);
    expect(unknown(101)).toEqual([{ pointer: '#', detail: 'has an unknown member with a very long name' }]);
  });

  it('points to the root of the body unless told otherwise', () => {
    expect(() => parse(z.int(), 1.5)).toThrow(
      expect.objectContaining({ errors: [{ pointer: '#', detail: 'must be a whole number' }] }),
    );
  });

  it('lists the allowed values as JSON writes them', () => {
    expect(detail(z.literal([1, 'a', true, null]), 2)).toBe('must be one of 1, "a", true, null');
  });
});
