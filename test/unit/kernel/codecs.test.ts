import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Codec } from '../../../functions/lib/engine/kernel.ts';
import { bigint, float64, integer, json, struct } from '../../../functions/lib/kernel/codecs.ts';

const roundTrip = <T>(codec: Codec<T>, value: T): T => codec.decode(codec.encode(value));

/** The bytes somewhere inside a larger buffer, as a store or a stream may hand them over. */
const moved = (bytes: Uint8Array): Uint8Array => {
  const buffer = new Uint8Array(bytes.length + 7);
  buffer.set(bytes, 3);
  return buffer.subarray(3, 3 + bytes.length);
};

describe('codecs', () => {
  it('keep every bit of a double, -0, infinities and subnormals included', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(roundTrip(float64, value)).toBe(value);
      }),
    );
    for (const value of [-0, 5e-324, Number.POSITIVE_INFINITY, Number.NaN]) {
      expect(roundTrip(float64, value)).toBe(value);
    }
  });

  it('keep every safe integer and refuse what is none', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(roundTrip(integer, value)).toBe(value);
      }),
    );
    for (const value of [0.5, 2 ** 53, Number.NaN]) expect(() => integer.encode(value)).toThrow(RangeError);
  });

  it('keep integers of any size and sign', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }), (value) => {
        expect(roundTrip(bigint, value)).toBe(value);
      }),
    );
    for (const value of [0n, 15n, 16n, 255n, 256n, -1n, -256n]) expect(roundTrip(bigint, value)).toBe(value);
  });

  it('need one byte more than the magnitude of a large integer', () => {
    expect(bigint.encode(2n ** 250_000n - 1n)).toHaveLength(31_251);
  });

  it('keep JSON values', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), (text) => {
        const value = JSON.parse(text.replaceAll('-0', '0'));
        expect(roundTrip(json(), value)).toEqual(value);
      }),
      { numRuns: 50 },
    );
  });

  it('nest in records, whose fields keep their bounds', () => {
    const codec = struct({
      count: integer,
      sum: bigint,
      inner: struct({ mean: float64, words: json<string[]>() }),
    });
    fc.assert(
      fc.property(
        fc.maxSafeInteger(),
        fc.bigInt(),
        fc.double(),
        fc.array(fc.string()),
        (count, sum, mean, words) => {
          const value = { count, sum, inner: { mean, words } };
          expect(roundTrip(codec, value)).toEqual(value);
        },
      ),
    );
  });

  it('decode bytes wherever they lie in their buffer', () => {
    const codec = struct({ a: float64, b: bigint, c: json<{ d: string }>() });
    const value = { a: -0, b: -123_456_789_012_345_678_901n, c: { d: 'é' } };
    expect(codec.decode(moved(codec.encode(value)))).toEqual(value);
  });
});
