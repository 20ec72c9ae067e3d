import { describe, expect, it } from 'vitest';
import { idempotencyKey } from '../../../functions/lib/http/idempotency.ts';
import { ifMatch, ifNoneMatch, matches } from '../../../functions/lib/http/preconditions.ts';
import { preferWait } from '../../../functions/lib/http/prefer.ts';

/** A request with one header. */
const having = (value: string | undefined) => ({ header: () => value });

describe('entity tags', () => {
  it.each([
    ['*', { kind: 'any' }],
    ['"a"', { kind: 'tags', tags: ['a'] }],
    ['"a", "b"', { kind: 'tags', tags: ['a', 'b'] }],
    [', "a",, "b" ,', { kind: 'tags', tags: ['a', 'b'] }],
    ['"a,b", "c d"', undefined],
    ['"a,b"', { kind: 'tags', tags: ['a,b'] }],
    ['"é"', { kind: 'tags', tags: ['é'] }],
  ])('%s', (value, expected) => {
    if (expected) expect(ifMatch(having(value))).toEqual(expected);
    else expect(() => ifMatch(having(value))).toThrow('If-Match is malformed');
  });

  it('If-Match ignores weak tags, If-None-Match takes them', () => {
    const request = having('W/"weak", "strong"');
    expect(ifMatch(request)).toEqual({ kind: 'tags', tags: ['strong'] });
    expect(ifNoneMatch(request)).toEqual({ kind: 'tags', tags: ['weak', 'strong'] });
    expect(ifMatch(having('W/"weak"'))).toEqual({ kind: 'tags', tags: [] });
  });

  it('without the header there is no condition', () => {
    expect([ifMatch(having(undefined)), ifNoneMatch(having(undefined))]).toEqual([undefined, undefined]);
  });

  it('takes fifty tags and no more', () => {
    const tags = (count: number) => having(Array(count).fill('"a"').join(', '));
    expect(ifMatch(tags(50))).toMatchObject({ kind: 'tags' });
    expect(() => ifMatch(tags(51))).toThrow('If-Match is malformed');
  });

  it('* matches every tag', () => {
    expect(matches({ kind: 'any' }, 'x')).toBe(true);
    expect(matches({ kind: 'tags', tags: ['a', 'b'] }, 'b')).toBe(true);
    expect(matches({ kind: 'tags', tags: [] }, 'b')).toBe(false);
  });
});

describe('Idempotency-Key', () => {
  it.each([
    ['"a key"', 'a key'],
    ['8e03978e-40d5-43dd', '8e03978e-40d5-43dd'],
    ['"a \\"quoted\\" \\\\ key"', 'a "quoted" \\ key'],
    [` "x" `, 'x'],
    [`"${'x'.repeat(255)}"`, 'x'.repeat(255)],
    [undefined, undefined],
  ])('%s', (value, key) => {
    expect(idempotencyKey(having(value))).toBe(key);
  });

  it.each(['', '""', '"a', 'a"', '"a\\x"', 'a b', 'a;b=1', '"\u00e9"', 'x'.repeat(256)])(
    'refuses %s with 400',
    (value) => {
      expect(() => idempotencyKey(having(value))).toThrow(expect.objectContaining({ status: 400 }));
    },
  );
});

describe('Prefer: wait', () => {
  it.each([
    ['wait=10', 10],
    ['respond-async, wait=10', 10],
    ['Wait = "5"; foo', 5],
    ['wait=0', 0],
    ['wait=3, wait=9', 3],
    ['wait=99999999999', 99_999_999_999],
    ['wait', undefined],
    ['wait=-1', undefined],
    ['wait=1.5', undefined],
    ['waiting=1', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s is %s', (value, seconds) => {
    expect(preferWait(having(value))).toBe(seconds);
  });
});
