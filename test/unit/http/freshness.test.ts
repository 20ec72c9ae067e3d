import { describe, expect, it } from 'vitest';
import { freshnessOf } from '../../../functions/lib/http/cache-control.ts';
import { isUnchanged, representationHeaders } from '../../../functions/lib/http/representation.ts';

const having = (headers: Readonly<Record<string, string>>) => ({ header: (name: string) => headers[name] });
const nothing = { maxAge: undefined, staleIfError: undefined, noStore: false };

describe('Cache-Control of a request', () => {
  const of = (value: string) => freshnessOf(having({ 'Cache-Control': value }));

  it('says nothing where it is absent, empty or of something else', () => {
    expect(freshnessOf(having({}))).toEqual(nothing);
    for (const value of ['', ',', 'max-stale=5', 'only-if-cached']) expect(of(value)).toEqual(nothing);
  });

  it.each([
    'max-age=15',
    'MAX-AGE=15',
    ' max-age=15 ',
    '\t max-age  =  "15"  ',
    'foo, max-age=15',
    'max-age=15, foo="x y"',
    'max-age=99, max-age=15',
  ])('%j accepts what is 15 seconds old', (value) => {
    expect(of(value)).toEqual({ ...nothing, maxAge: 15 });
  });

  it('accepts what has no age, or a great one', () => {
    expect(of('max-age=0')).toEqual({ ...nothing, maxAge: 0 });
    expect(of('max-age=1234567890')).toEqual({ ...nothing, maxAge: 1_234_567_890 });
  });

  it.each([
    'max-age',
    'max-age=',
    'max-age=-1',
    'max-age=1.5',
    'max-age=x',
    'max-age=12345678901',
    'max-age=1 5',
    'max-age=15;x',
    'x max-age=15',
    '1max-age=15',
    'max-age 15',
    'max-age==15',
  ])('%j says nothing', (value) => {
    expect(of(value)).toEqual(nothing);
  });

  it('accepts an older answer in place of an error', () => {
    expect(of('max-age=1, stale-if-error=600')).toEqual({ ...nothing, maxAge: 1, staleIfError: 600 });
  });

  it('accepts nothing old with no-cache, except in place of an error', () => {
    expect(of('no-cache, max-age=5, stale-if-error=9')).toEqual({ ...nothing, staleIfError: 9 });
  });

  it('keeps nothing with no-store, and accepts nothing old either', () => {
    expect(of('max-age=5, No-Store')).toEqual({ ...nothing, noStore: true });
  });
});

describe('a representation', () => {
  it('may be kept by its tenant alone, who asks before using it again', () => {
    expect(representationHeaders('a')).toEqual({
      ETag: '"a"',
      'Cache-Control': 'private, no-cache',
      Vary: 'Authorization',
    });
  });

  it.each([
    [{}, false],
    [{ 'If-None-Match': '"a"' }, true],
    [{ 'If-None-Match': 'W/"a"' }, true],
    [{ 'If-None-Match': '*' }, true],
    [{ 'If-None-Match': '"b"' }, false],
    [{ 'If-Match': '"a"' }, false],
    [{ 'If-Match': '*' }, false],
    [{ 'If-Match': '"a"', 'If-None-Match': '"a"' }, true],
    [{ 'If-Match': '"a"', 'If-None-Match': '"b"' }, false],
  ])('for %j is unchanged: %s', (headers, unchanged) => {
    expect(isUnchanged(having(headers), 'a')).toBe(unchanged);
  });

  it.each([
    [{ 'If-Match': '"b"' }, 412],
    [{ 'If-Match': 'W/"a"' }, 412],
    [{ 'If-Match': '"b"', 'If-None-Match': '"a"' }, 412],
    [{ 'If-Match': '"b"', 'If-None-Match': 'a' }, 400],
    [{ 'If-None-Match': 'a' }, 400],
  ])('for %j is refused with %i', (headers, status) => {
    expect(() => isUnchanged(having(headers), 'a')).toThrow(expect.objectContaining({ status }));
  });
});
