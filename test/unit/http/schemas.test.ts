import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { cursor, integerText, limit, text, timestamp } from '../../../functions/lib/http/schemas.ts';
import { check, parse } from '../../../functions/lib/http/validation.ts';

/** The value, or what is said of it. */
const read = (schema: z.ZodMiniType, value: unknown): unknown => {
  const checked = check(schema, value);
  return 'value' in checked ? checked.value : checked.errors.map(({ detail }) => detail);
};

describe('a text', () => {
  it('has its least and most characters, and is refused beyond', () => {
    const refused = ['must have 2 to 3 characters'];
    const values = ['', 'a', 'ab', 'abc', 'abcd'];
    expect(values.map((value) => read(text(2, 3), value))).toEqual([refused, refused, 'ab', 'abc', refused]);
  });

  it('may be empty when its least is nothing', () => {
    expect(read(text(0, 1), '')).toBe('');
    expect(read(text(0, 1), 'ab')).toEqual(['must have 1 characters or less']);
  });

  it('counts characters, not the halves of surrogate pairs', () => {
    expect(read(text(1, 2), '😀😀')).toBe('😀😀');
    expect(read(text(1, 2), '😀😀😀')).toEqual(['must have 1 to 2 characters']);
    expect(read(text(2, 3), '😀')).toEqual(['must have 2 to 3 characters']);
  });

  it('says its lengths in JSON Schema', () => {
    expect(z.toJSONSchema(text(2, 3))).toMatchObject({ type: 'string', minLength: 2, maxLength: 3 });
    expect(z.toJSONSchema(text(0, 3))).not.toHaveProperty('minLength');
  });
});

describe('a whole number in a path or query', () => {
  it.each([
    ['0', 0],
    ['7', 7],
    ['10', 10],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('is %j', (value, number) => {
    expect(read(integerText(0, Number.MAX_SAFE_INTEGER), value)).toBe(number);
  });

  it.each([
    '',
    '00',
    '01',
    '-1',
    '+1',
    '1.0',
    '1e3',
    '0x1',
    ' 1',
    '1 ',
    'a',
    '1a',
    'a1',
    '1a1',
    7,
    undefined,
  ])('is not %j', (value) => {
    expect(read(integerText(0, 100), value)).toEqual(['must be a whole number from 0 to 100']);
  });

  it('is between its bounds', () => {
    const refused = ['must be a whole number from 3 to 5'];
    const values = ['2', '3', '5', '6', '9007199254740992', '99999999999999999'];
    expect(values.map((value) => read(integerText(3, 5), value))).toEqual([
      refused,
      3,
      5,
      refused,
      refused,
      refused,
    ]);
  });
});

describe('a page', () => {
  it('has 1 to 100 entries, 20 unless told', () => {
    expect(read(limit(), undefined)).toBe(20);
    expect(read(limit(), '100')).toBe(100);
    expect(read(limit(), '0')).toEqual(['must be a whole number from 1 to 100']);
    expect(read(limit(), '101')).toEqual(['must be a whole number from 1 to 100']);
  });

  it('starts where a text of up to 512 characters says', () => {
    expect(read(cursor(), 'x'.repeat(512))).toBe('x'.repeat(512));
    expect(read(cursor(), 'x'.repeat(513))).toEqual(['must be the next of an earlier page of this list']);
  });

  it('is documented', () => {
    const documented = z.toJSONSchema(limit(), { io: 'input' });
    expect(documented).toMatchObject({ description: 'The most entries of a page' });
    expect(z.toJSONSchema(cursor())).toMatchObject({ description: 'The `next` of the page before' });
    expect(z.toJSONSchema(timestamp())).toMatchObject({
      format: 'date-time',
      examples: ['2026-11-20T12:00:00.000Z'],
    });
  });
});

describe('what is said of a value', () => {
  it('repeats a name of a hundred characters, and no longer one', () => {
    const errors = (length: number) => check(z.strictObject({}), { ['x'.repeat(length)]: 1 });
    expect(errors(100)).toEqual({
      errors: [{ pointer: `#/${'x'.repeat(100)}`, detail: 'is not known here' }],
    });
    expect(errors(101)).toEqual({
      errors: [{ pointer: '#', detail: 'has an unknown member with a very long name' }],
    });
  });

  it('starts at the body’s root unless told', () => {
    expect(() => parse(z.int(), 1.5)).toThrow(
      expect.objectContaining({ errors: [{ pointer: '#', detail: 'must be a whole number' }] }),
    );
  });

  it('lists what would have been allowed as JSON writes it', () => {
    expect(read(z.literal([1, 'a', true, null]), 2)).toEqual(['must be one of 1, "a", true, null']);
  });
});
