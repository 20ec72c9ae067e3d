import { describe, expect, it } from 'vitest';
import type * as z from 'zod/mini';
import {
  decimalField,
  integerField,
  numberField,
  objectField,
  positiveField,
  seedField,
  workField,
} from '../../../functions/lib/kernel/fields.ts';

const messagesOf = (schema: z.ZodMiniType, value: unknown): string[] =>
  schema.safeParse(value).error?.issues.map(({ message }) => message) ?? [];

describe('objectField', () => {
  const point = objectField({ x: integerField('Across.') });

  it('names the members that it does not know', () => {
    expect(messagesOf(point, { x: 1, y: 2, z: 3 })).toEqual(['unknown member: y, z']);
    expect(messagesOf(point, { x: 1 })).toEqual([]);
  });

  it.each([[null], [[]], ['text'], [undefined]])('refuses %j', (value) => {
    expect(messagesOf(point, value)).toEqual(['must be an object']);
  });
});

describe('workField', () => {
  const count = workField('How many.', { smallest: 1, largest: 100 }, 1);

  it('takes what 10,000 parts of the largest size can do', () => {
    expect(messagesOf(count, 1)).toEqual([]);
    expect(messagesOf(count, 1_000_000)).toEqual([]);
  });

  it('refuses more with the reason', () => {
    expect(messagesOf(count, 1_000_001)).toEqual([
      'must be at most 1,000,000, because a computation has at most 10,000 parts',
    ]);
    expect(messagesOf(count, 0)).toEqual(['must be at least 1']);
  });
});

describe('the fields of numbers', () => {
  it.each([
    [1.5, 'must be a whole number'],
    ['1', 'must be a whole number'],
    [2 ** 53, 'must be at most 9,007,199,254,740,991'],
    [-1, 'must be at least 0'],
  ])('refuse %j as a seed with one message', (value, message) => {
    expect(messagesOf(seedField(), value)).toEqual([message]);
  });

  it('keep their bounds', () => {
    expect(messagesOf(numberField('A rate.', -1, 1), 1)).toEqual([]);
    expect(messagesOf(numberField('A rate.', -1, 1), 1.1)).toEqual(['must be at most 1']);
    expect(messagesOf(numberField('A rate.', -1, 1), -1.1)).toEqual(['must be at least -1']);
    expect(messagesOf(positiveField('A price.', 10), 0)).toEqual(['must be above 0']);
    expect(messagesOf(positiveField('A price.', 10), 11)).toEqual(['must be at most 10']);
    expect(messagesOf(positiveField('A price.', 10), Number.NaN)).toEqual(['must be a number']);
  });

  it.each(['0', '7', '-7', '123456789012345678901234567890'])('accept the decimal %s', (value) => {
    expect(messagesOf(decimalField('A sum.'), value)).toEqual([]);
  });

  it.each(['', '-0', '007', '1.5', '1e3', ' 1'])('refuse "%s" as a decimal', (value) => {
    expect(messagesOf(decimalField('A sum.'), value)).toHaveLength(1);
  });
});
