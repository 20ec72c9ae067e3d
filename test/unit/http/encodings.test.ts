import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../functions/lib/http/canonical.ts';
import { type CursorScope, decodeCursor, encodeCursor } from '../../../functions/lib/http/cursor.ts';
import { digest, digestInteger } from '../../../functions/lib/http/digest.ts';
import { nextLink } from '../../../functions/lib/http/links.ts';
import { pointer } from '../../../functions/lib/http/pointer.ts';

describe('canonicalJson', () => {
  it('is the text of RFC 8785’s own examples', () => {
    const value = {
      numbers: JSON.parse('[333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001, -0]'),
      string: '\u20ac$\u000f\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27,0],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
    const names = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };
    expect(Object.values(JSON.parse(canonicalJson(names)))).toHaveLength(7);
    expect(canonicalJson(names)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
  });

  it('is one text for one value, whatever the order of its members, and says the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const shuffled = JSON.parse(JSON.stringify(value), (_, member) =>
          member && typeof member === 'object' && !Array.isArray(member)
            ? Object.fromEntries(Object.entries(member).reverse())
            : member,
        );
        const text = canonicalJson(value);
        expect(canonicalJson(shuffled)).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('leaves out members that are undefined', () => {
    expect(canonicalJson({ b: undefined, a: 1 })).toBe('{"a":1}');
  });

  it('keeps members with dangerous names', () => {
    expect(canonicalJson(JSON.parse('{"a":1,"__proto__":[null]}'))).toBe('{"__proto__":[null],"a":1}');
  });

  it('throws for what JSON cannot say', () => {
    for (const value of [NaN, Infinity, 1n, undefined, () => 1]) {
      expect(() => canonicalJson([value])).toThrow(TypeError);
    }
    expect(() => canonicalJson(1n)).toThrow(new TypeError('JSON has no bigint such as this'));
  });
});

describe('a digest', () => {
  it('differs for parts that are the same text when joined', () => {
    expect(digest('ab', 'c')).not.toBe(digest('a', 'bc'));
    expect(digest('a')).not.toBe(digest('a', ''));
    expect(digest('a","b')).not.toBe(digest('a', 'b'));
    expect(digest('a')).toMatch(/^[\w-]{43}$/);
  });

  it('makes integers that JSON and DynamoDB carry exactly', () => {
    fc.assert(fc.property(fc.string(), (text) => Number.isSafeInteger(digestInteger(text))));
    expect(digestInteger('a', 'b')).not.toBe(digestInteger('ab'));
  });
});

describe('a cursor', () => {
  const scope = { tenant: 'ann', route: 'list', filters: { status: 'queued', type: undefined } };
  const position = fc.array(fc.oneof(fc.string(), fc.maxSafeInteger()), { maxLength: 4 });

  it('gives back the position of its own list', () => {
    fc.assert(
      fc.property(position, (at) => {
        const cursor = encodeCursor(scope, at);
        expect(cursor).toMatch(/^[\w-]+$/);
        expect(decodeCursor(scope, cursor)).toEqual(at);
      }),
    );
  });

  it('is refused for another tenant, route or filter', () => {
    const cursor = encodeCursor(scope, ['x', 1]);
    for (const other of [{ tenant: 'bob' }, { route: 'other' }, { filters: { status: 'failed' } }]) {
      expect(() => decodeCursor({ ...scope, ...other }, cursor)).toThrow(
        expect.objectContaining({
          status: 422,
          errors: [expect.objectContaining({ pointer: '#/query/cursor' })],
        }),
      );
    }
  });

  it('is refused with 422, whatever anyone makes up', () => {
    const cursor = encodeCursor(scope, ['x', 1]);
    const changed = fc
      .tuple(fc.nat(cursor.length - 1), fc.constantFrom('A', 'z', '_', '=', '!', ' '))
      .map(([at, instead]) => cursor.slice(0, at) + instead + cursor.slice(at + 1));
    const encoded = fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString('base64url'));
    fc.assert(
      fc.property(fc.oneof(changed, encoded, fc.string()), (text) => {
        fc.pre(text !== cursor);
        expect(() => decodeCursor(scope, text)).toThrow(expect.objectContaining({ status: 422 }));
      }),
    );
  });

  /** A cursor's digest is of this, so a change of it would break the cursors that clients hold. */
  const listItems: CursorScope = { tenant: 'ann', route: 'listItems', filters: {} };

  it('of an earlier version is still read: clients hold it', () => {
    const cursor = encodeCursor(listItems, ['a', 1]);
    expect(Buffer.from(cursor, 'base64url').toString()).toMatchInlineSnapshot(
      `"["5DrhIcPZU7jR-AVDVcVXeu","a",1]"`,
    );
    expect(decodeCursor(listItems, cursor)).toEqual(['a', 1]);
  });

  it.each([[[{}]], [['x', null]], [[['x']]], [[true, 'x']]])(
    'with %j is refused, even by one who has computed its digest',
    (position) => {
      const forged = encodeCursor(listItems, position as never);
      expect(() => decodeCursor(listItems, forged)).toThrow(
        expect.objectContaining({
          status: 422,
          errors: [{ pointer: '#/query/cursor', detail: 'must be the next of an earlier page of this list' }],
        }),
      );
    },
  );

  it('is refused in any other spelling', () => {
    const cursor = encodeCursor(listItems, ['a', 1]);
    const spaced = Buffer.from(Buffer.from(cursor, 'base64url').toString().replace(',', ', ')).toString(
      'base64url',
    );
    for (const other of [spaced, `${cursor}=`, ` ${cursor}`]) {
      expect(() => decodeCursor(listItems, other)).toThrow(expect.objectContaining({ status: 422 }));
    }
  });
});

it('a pointer escapes what RFC 6901 and URIs reserve', () => {
  expect(pointer([])).toBe('#');
  expect(pointer(['a/b', '~', 0, 'm n', '%', 'é'])).toBe('#/a~1b/~0/0/m%20n/%25/%C3%A9');
  expect(pointer(['\ud800'])).toBe('#/%EF%BF%BD');
});

it('a link leads to the same list with another cursor', () => {
  expect(nextLink('/items', { limit: 2, type: undefined, status: 'a b' }, 'x_-')).toBe(
    '</items?limit=2&status=a+b&cursor=x_->; rel="next"',
  );
});
