import { describe, expect, it } from 'vitest';
import { listIn } from '../../../functions/lib/http/headers.ts';
import { idempotencyKey } from '../../../functions/lib/http/idempotency.ts';
import { ifMatch, ifNoneMatch } from '../../../functions/lib/http/preconditions.ts';
import { preferWait } from '../../../functions/lib/http/prefer.ts';

/** A request with one header, of this very name. */
const having = (name: string, value: string) => ({
  header: (asked: string) => (asked === name ? value : undefined),
});
const thrown = (call: () => unknown): unknown => {
  try {
    return call();
  } catch (error) {
    return error;
  }
};

it('a list in a header has its elements, none where it is absent', () => {
  expect(listIn(having('A', 'b, c'), 'A')).toEqual(['b', ' c']);
  expect(listIn(having('A', 'b'), 'B')).toEqual([]);
});

describe('entity tags', () => {
  const of = (value: string) => ifMatch(having('If-Match', value));

  it('are read from the header of their name', () => {
    expect(of('"a"')).toEqual({ kind: 'tags', tags: ['a'] });
    expect(ifNoneMatch(having('If-None-Match', '"a"'))).toEqual({ kind: 'tags', tags: ['a'] });
  });

  it.each([
    [' * ', { kind: 'any' }],
    [' "a" ', { kind: 'tags', tags: ['a'] }],
    ['"a","b"', { kind: 'tags', tags: ['a', 'b'] }],
    ['"a" \t,\t "b"', { kind: 'tags', tags: ['a', 'b'] }],
    ['"a",,', { kind: 'tags', tags: ['a'] }],
    ['"a" , , ,"b" , ,', { kind: 'tags', tags: ['a', 'b'] }],
    ['""', { kind: 'tags', tags: [''] }],
    ['"!#[~"', { kind: 'tags', tags: ['!#[~'] }],
    ['"😀"', { kind: 'tags', tags: ['😀'] }],
  ])('are the same in %j', (value, condition) => {
    expect(of(value)).toEqual(condition);
  });

  it.each([
    '',
    ',',
    'a',
    '"a',
    'a"',
    '"a" "b"',
    '"a""b"',
    '"a"b',
    'x"a"',
    'w/"a"',
    'W/ "a"',
    '"a", *',
    '"a\u007f"',
    '"a b"',
  ])('are not in %j', (value) => {
    expect(thrown(() => of(value))).toMatchObject({
      status: 400,
      detail: 'If-Match is malformed',
      errors: [
        {
          pointer: '#/header/if-match',
          detail: 'must be * or at most 50 quoted entity tags, separated by commas',
        },
      ],
    });
  });

  it('count fifty at most, the weak ones with them', () => {
    expect(of(Array(50).fill('W/"a"').join())).toEqual({ kind: 'tags', tags: [] });
    expect(thrown(() => of(Array(51).fill('W/"a"').join()))).toMatchObject({ status: 400 });
  });
});

describe('Idempotency-Key', () => {
  const of = (value: string) => idempotencyKey(having('Idempotency-Key', value));

  it('is any text of printable ASCII in quotes, and a token without them', () => {
    const printable = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join('');
    expect(of(`"${printable.replaceAll(/["\\]/g, (character) => `\\${character}`)}"`)).toBe(printable);
    const token = printable.replaceAll(/[ ",;\\]/g, '');
    expect(of(token)).toBe(token);
  });

  it('is as long as what it says, not as what is written', () => {
    expect(of(`"${'\\"'.repeat(255)}"`)).toBe('"'.repeat(255));
    expect(of('x')).toBe('x');
    expect(of('"x"')).toBe('x');
  });

  it.each([
    'a"b"',
    '"a"b',
    '"a" "b"',
    '"a"; b=1',
    'a,b',
    'a\\b',
    '"',
    `"${'x'.repeat(256)}"`,
    '"\u007f"',
    '\u007f',
  ])('is not %j', (value) => {
    expect(thrown(() => of(value))).toMatchObject({
      status: 400,
      detail: 'Idempotency-Key is malformed',
      errors: [
        {
          pointer: '#/header/idempotency-key',
          detail: 'must be a quoted string of 1 to 255 ASCII characters',
        },
      ],
    });
  });
});

describe('Prefer: wait', () => {
  it.each([
    ['wait=15', 15],
    ['wait="15"', 15],
    ['\t wait \t= \t"15" \t; a=1', 15],
    ['wait=15;a=1;b', 15],
    ['WAIT=15', 15],
    ['wait=x, wait=15', 15],
  ])('%j waits %i seconds', (value, seconds) => {
    expect(preferWait(having('Prefer', value))).toBe(seconds);
  });

  it.each(['no-wait=15', 'x; wait=15', 'wait=15 s', 'wait="15', 'wait=""', 'wait=', 'wait 15', 'wait=15x'])(
    '%j waits for nothing',
    (value) => {
      expect(preferWait(having('Prefer', value))).toBeUndefined();
    },
  );
});
