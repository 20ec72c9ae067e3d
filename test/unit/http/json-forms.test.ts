import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../functions/lib/http/canonical.ts';
import { type CursorScope, decodeCursor, encodeCursor } from '../../../functions/lib/http/cursor.ts';
import { parseJson } from '../../../functions/lib/http/json.ts';

const refused = (call: () => unknown): unknown => {
  try {
    return { read: call() };
  } catch (error) {
    return error;
  }
};

describe('parseJson', () => {
  it.each([
    '[ ]',
    '{ }',
    '[ 1 , 2 ]',
    '{ "a" : 1 , "b" : [ ] }',
    '\t\r\n [1]\t\r\n ',
    '"\\u00e9\\u00C9\\n\\/"',
    '"a\\"b\\\\"',
    '1e5',
    '1E5',
    '1e+5',
    '1e-5',
    '-0.25e10',
    '-10',
  ])('reads %j', (body) => {
    expect(parseJson(body)).toEqual(JSON.parse(body));
  });

  it.each([
    '"\\u12"',
    '"\\u"',
    '"\\u12g4"',
    '"\\x"',
    '"\n"',
    '1.',
    '.5',
    '1e',
    '+1',
    '- 1',
    '[1 2]',
    '[,]',
    '[1,]',
    '{"a"}',
    '{"a":}',
    '{,}',
    '{1:1}',
    'nul',
    'tru e',
    '\u00a01',
  ])('refuses %j with 400', (body) => {
    expect(refused(() => parseJson(body))).toMatchObject({ status: 400 });
  });

  it('reads a value that is nested in 64 others, and no deeper one', () => {
    const nested = (levels: number) => `${'['.repeat(levels)}1${']'.repeat(levels)}`;
    expect(parseJson(nested(64))).toHaveLength(1);
    expect(refused(() => parseJson(nested(65)))).toMatchObject({
      detail: 'The body is not JSON as this service reads it (RFC 7493)',
      errors: [{ detail: 'is nested deeper than 64 levels' }],
    });
  });

  it('shows a name of a hundred characters, and an ellipsis for a longer one', () => {
    const twice = (name: string) => refused(() => parseJson(`{"a":{"${name}":1,"${name}":2}}`));
    expect(twice('x'.repeat(100))).toMatchObject({ errors: [{ pointer: `#/a/${'x'.repeat(100)}` }] });
    expect(twice('x'.repeat(101))).toMatchObject({ errors: [{ pointer: '#/a/%E2%80%A6' }] });
  });
});

it('canonicalJson keeps members with dangerous names', () => {
  expect(canonicalJson(JSON.parse('{"a":1,"__proto__":[null]}'))).toBe('{"__proto__":[null],"a":1}');
});

it('canonicalJson says what it cannot say', () => {
  expect(() => canonicalJson(1n)).toThrow(new TypeError('JSON has no bigint such as this'));
});

describe('a cursor', () => {
  const scope: CursorScope = { tenant: 'ann', route: 'listItems', filters: {} };

  it('stays readable when the code changes: clients hold it', () => {
    const cursor = encodeCursor(scope, ['a', 1]);
    expect(Buffer.from(cursor, 'base64url').toString()).toMatchInlineSnapshot(
      `"["5DrhIcPZU7jR-AVDVcVXeu","a",1]"`,
    );
    expect(decodeCursor(scope, cursor)).toEqual(['a', 1]);
  });

  it.each([[[{}]], [['x', null]], [[['x']]], [[true, 'x']]])(
    'with %j is refused, even by one who has computed its digest',
    (position) => {
      const forged = encodeCursor(scope, position as never);
      expect(refused(() => decodeCursor(scope, forged))).toMatchObject({
        status: 422,
        errors: [{ pointer: '#/query/cursor', detail: 'must be the next of an earlier page of this list' }],
      });
    },
  );

  it('has one spelling', () => {
    const cursor = encodeCursor(scope, ['a', 1]);
    const spaced = Buffer.from(Buffer.from(cursor, 'base64url').toString().replace(',', ', ')).toString(
      'base64url',
    );
    for (const other of [spaced, `${cursor}=`, ` ${cursor}`]) {
      expect(refused(() => decodeCursor(scope, other))).toMatchObject({ status: 422 });
    }
  });
});
