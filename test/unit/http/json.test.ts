import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../../functions/lib/http/json.ts';
import { Problem } from '../../../functions/lib/http/problem.ts';

const refusal = (text: string): Problem => {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error(`${text} was read`);
};

/** JSON of any form whose strings can be said in UTF-8. */
const json = fc.jsonValue({ maxDepth: 6, stringUnit: 'grapheme' });

describe('parseJson', () => {
  it('reads every JSON text as JSON.parse does', () => {
    fc.assert(
      fc.property(json, fc.constantFrom('', ' ', '\n\t '), (value, indent) => {
        const text = `${indent}${JSON.stringify(value, null, indent)}${indent}`;
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses every text that JSON.parse refuses, with status 400', () => {
    const damaged = fc
      .tuple(json, fc.nat(), fc.constantFrom('', '"', '{', ']', ',', ':', '\\', '\u0001', 'x', '0', '-', '.'))
      .map(([value, place, instead]) => {
        const text = JSON.stringify(value);
        const at = place % text.length;
        return text.slice(0, at) + instead + text.slice(at + 1);
      });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.string()), (text) => {
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        if (!valid) expect(refusal(text).status).toBe(400);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['', 'it ends too early'],
    ['{"a": 1', 'it ends too early'],
    ['{"a": 1,}', 'line 1, column 9'],
    ['{"a": 1}\n x', 'line 2, column 2'],
    ['[1,\n\n NaN]', 'line 3, column 2'],
    ["{'a': 1}", 'line 1, column 2'],
    ['{"a" 1}', 'line 1, column 6'],
    ['01', 'line 1, column 2'],
    ['\ufeff1', 'line 1, column 1'],
  ])('says where %j goes wrong', (text, place) => {
    expect(refusal(text).detail).toContain(place);
  });

  it.each([
    ['{"a": 1, "a": 1}', '#/a'],
    ['{"a": [{}, {"b": 1, "c": 2, "\\u0062": 3}]}', '#/a/1/b'],
    ['{"__proto__": 1, "__proto__": 2}', '#/__proto__'],
    ['{"": 1, "": 2}', '#/'],
  ])('refuses the member that %s has twice', (text, pointer) => {
    expect(refusal(text).errors).toEqual([{ pointer, detail: 'is there more than once' }]);
  });

  it('takes the same name in two objects', () => {
    expect(parseJson('[{"a": {"a": 1}}, {"a": 2}]')).toEqual([{ a: { a: 1 } }, { a: 2 }]);
  });

  it('refuses half a surrogate pair, which UTF-8 cannot encode', () => {
    expect(refusal('{"a": "\\ud800"}').errors).toEqual([
      { pointer: '#/a', detail: 'has half a surrogate pair' },
    ]);
    expect(parseJson('"\\ud83d\\ude00"')).toBe('😀');
  });

  it('refuses arrays and objects that are nested more than 64 deep', () => {
    expect(parseJson('['.repeat(64) + ']'.repeat(64))).toHaveLength(1);
    expect(refusal('['.repeat(131_072)).errors?.[0]?.detail).toBe('is nested deeper than 64 levels');
    expect(refusal('{"a":'.repeat(50_000)).status).toBe(400);
  });

  it('keeps members with dangerous names as plain data', () => {
    const value = parseJson('{"__proto__": {"admin": true}}') as { admin?: boolean };
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(value.admin).toBeUndefined();
  });

  it('does not repeat a very long name', () => {
    const name = 'x'.repeat(10_000);
    expect(JSON.stringify(refusal(`{"${name}": 1, "${name}": 2}`).errors).length).toBeLessThan(200);
  });

  it('reads the largest body in one go', () => {
    const text = JSON.stringify({ text: 'é\n'.repeat(60_000) });
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

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
    expect(refusal(body).status).toBe(400);
  });

  it('reads a value that is nested in 64 others, and no deeper one', () => {
    const nested = (levels: number) => `${'['.repeat(levels)}1${']'.repeat(levels)}`;
    expect(parseJson(nested(64))).toHaveLength(1);
    expect(refusal(nested(65))).toMatchObject({
      detail: 'The body is not JSON as this service reads it (RFC 7493)',
      errors: [{ detail: 'is nested deeper than 64 levels' }],
    });
  });

  it('shows a name of a hundred characters, and an ellipsis for a longer one', () => {
    const twice = (name: string) => refusal(`{"a":{"${name}":1,"${name}":2}}`);
    expect(twice('x'.repeat(100))).toMatchObject({ errors: [{ pointer: `#/a/${'x'.repeat(100)}` }] });
    expect(twice('x'.repeat(101))).toMatchObject({ errors: [{ pointer: '#/a/%E2%80%A6' }] });
  });
});
