import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { cursor, integerText, limit, number, text, timestamp } from '../../../functions/lib/http/schemas.ts';
import { check } from '../../../functions/lib/http/validation.ts';

/** The value, or what is said of it. */
const read = (schema: z.ZodMiniType, value: unknown): unknown => {
  const checked = check(schema, value);
  return 'value' in checked ? checked.value : checked.errors.map(({ detail }) => detail);
};

describe('a text', () => {
  it('has the least to the most characters, and no other number of them', () => {
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

describe('a number', () => {
  it('is between its bounds', () => {
    const refused = ['must be a number from -1 to 1.5'];
    const values = [-1.01, -1, 0.1, 1.5, 1.51, Number.NaN, '1'];
    expect(values.map((value) => read(number(-1, 1.5), value))).toEqual([
      refused,
      -1,
      0.1,
      1.5,
      refused,
      refused,
      refused,
    ]);
  });

  it('is 0 or not closer to it than what a database keeps', () => {
    const refused = ['must be 0 or at least 1e-130 from it'];
    const values = [1e-130, -1e-130, 9e-131, -5e-324];
    expect(values.map((value) => read(number(-1, 1), value))).toEqual([1e-130, -1e-130, refused, refused]);
  });

  it('has one zero', () => {
    expect(read(number(-1, 1), -0)).toBe(0);
  });

  it('says its bounds in JSON Schema', () => {
    expect(z.toJSONSchema(number(-1, 1.5))).toMatchObject({ type: 'number', minimum: -1, maximum: 1.5 });
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

  it('starts at a cursor of up to 512 characters', () => {
    expect(read(cursor(), 'x'.repeat(512))).toBe('x'.repeat(512));
    expect(read(cursor(), 'x'.repeat(513))).toEqual(['must be the next of an earlier page of this list']);
  });

  it('is documented as the number that it is read as', () => {
    expect(z.toJSONSchema(limit(), { io: 'input' })).toMatchObject({
      type: 'integer',
      minimum: 1,
      maximum: 100,
    });
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
