import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runSequential } from '../../../test/support/kernel-runs.ts';
import { advanceBigInt, mersenneTest } from './index.ts';
import { advance, wordsFor } from './mersenne-squaring.ts';

/** The exponents of the Mersenne primes up to 11,213 (OEIS A000043). */
const known = [
  2, 3, 5, 7, 13, 17, 19, 31, 61, 89, 107, 127, 521, 607, 1279, 2203, 2281, 3217, 4253, 4423, 9689, 9941,
  11_213,
];

const isPrime = (n: number): boolean => {
  for (let d = 2; d * d <= n; d += 1) if (n % d === 0) return false;
  return n > 1;
};

const primesUpTo = (limit: number): number[] =>
  Array.from({ length: limit + 1 }, (_, n) => n).filter(isPrime);

/** The largest exponent for each number of words. */
const longestWords = Array.from({ length: 250_000 - 4096 }, (_, i) => 4096 + i).filter(
  (exponent) => exponent === 249_999 || wordsFor(exponent) < wordsFor(exponent + 1),
);

const run = async (exponent: number) => (await runSequential(mersenneTest, { exponent }, undefined)).output;

const message = (exponent: unknown): unknown =>
  mersenneTest.input.safeParse({ exponent }).error?.issues.map(({ message }) => message);

describe('mersenne-test', () => {
  it.each(known)('finds the prime 2^%d − 1', async (exponent) => {
    expect(await run(exponent)).toEqual({ exponent, prime: true, residue: '0000000000000000' });
  });

  it('finds no other primes among the small exponents', async () => {
    const found: number[] = [];
    for (const exponent of primesUpTo(700)) if ((await run(exponent)).prime) found.push(exponent);
    expect(found).toEqual(known.filter((exponent) => exponent <= 700));
  });

  it('prints the low 64 bits of the residue that division gives', async () => {
    const composite = primesUpTo(1000).filter((exponent) => !known.includes(exponent));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...composite), async (exponent) => {
        const modulus = 2n ** BigInt(exponent) - 1n;
        let s = 4n;
        for (let i = 0; i < exponent - 2; i += 1) s = (s * s - 2n) % modulus;
        const residue = (s % 2n ** 64n).toString(16).toUpperCase().padStart(16, '0');
        expect(await run(exponent)).toEqual({ exponent, prime: false, residue });
      }),
      { numRuns: 30 },
    );
  });

  it('squares by the transform as BigInt does, whatever the exponent and the residue', () => {
    const residue = fc.record({
      exponent: fc.oneof(
        fc.constantFrom(...primesUpTo(3000).slice(31)),
        fc.integer({ min: 128, max: 60_000 }),
      ),
      // Random bits, and patterns whose words are as large as they can be.
      words: fc.oneof(
        fc.array(fc.nat({ max: 2 ** 30 }), { minLength: 1, maxLength: 8 }),
        fc.constantFrom([0], [1], [2 ** 30 - 1], [2 ** 29 - 1], [2 ** 29], [0x2aaaaaaa], [0x20080200]),
      ),
      times: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(residue, ({ exponent, words, times }) => {
        const modulus = (1n << BigInt(exponent)) - 1n;
        let value = 0n;
        for (let bits = 0; bits < exponent; bits += 30) {
          value = (value << 30n) | BigInt(words[(bits / 30) % words.length] ?? 0);
        }
        const start = value % modulus;
        expect(advance(start, exponent, times)).toBe(advanceBigInt(start, exponent, times));
        expect(advance(modulus - 1n, exponent, times)).toBe(advanceBigInt(modulus - 1n, exponent, times));
      }),
      { numRuns: 150 },
    );
  });

  it.each(longestWords)(
    'squares exactly where the words of a transform are longest: 2^%d − 1',
    (exponent) => {
      const modulus = (1n << BigInt(exponent)) - 1n;
      // Words of half their base, whose squares have the largest sums.
      const words = wordsFor(exponent);
      const bits = new Uint8Array(exponent).fill(0);
      for (let j = 1; j <= words; j += 1) bits[Math.ceil((exponent * j) / words) - 1] = 1;
      const start = BigInt(`0b${bits.reverse().join('')}`);
      for (const residue of [start, modulus - start, 3n ** BigInt(exponent) % modulus]) {
        expect(advance(residue % modulus, exponent, 2)).toBe(advanceBigInt(residue % modulus, exponent, 2));
      }
    },
  );

  it('takes many short steps, each of which continues where the last one ended', async () => {
    const { steps } = await runSequential(mersenneTest, { exponent: 9689 }, undefined);
    expect(steps).toBe(Math.ceil(9687 / Math.floor(25_000_000 / 9689)));
  });

  it('keeps its largest state within 32 KB', () => {
    const exponent = primesUpTo(250_000).at(-1) ?? 0;
    const state = { done: exponent - 3, residue: 2n ** BigInt(exponent) - 2n };
    const bytes = mersenneTest.state.encode(state);
    expect(bytes.length).toBeLessThanOrEqual(32 * 1024);
    expect(mersenneTest.state.decode(bytes)).toEqual(state);
  });

  it('refuses an exponent that is not prime or too large, with the reason', () => {
    for (const exponent of [4, 9, 2047, 249_999]) {
      expect(message(exponent)).toEqual([
        'must be prime: for any other exponent 2^exponent − 1 is composite',
      ]);
    }
    expect(message(1)).toEqual(['must be at least 2']);
    expect(message(2)).toBeUndefined();
    expect(message(82_589_933)).toEqual([
      'must be at most 250,000, because its state must fit into a checkpoint',
    ]);
    expect(message(1e300)).toEqual(['must be at most 250,000, because its state must fit into a checkpoint']);
    expect(message('7')).toEqual(['must be a whole number']);
  });
});
