import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partials, runParallel } from '../../../test/support/kernel-runs.ts';
import { MAX_PARTS } from '../../lib/engine/limits.ts';
import { primeCount } from './index.ts';
import * as reference from './prime-count.reference.ts';
import { primesBetween } from './prime-sieve.ts';

const powerModulo = (base: bigint, exponent: bigint, modulus: bigint): bigint => {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
};

/** The Miller–Rabin test with the bases that make it exact below 3.4 × 10^14 (Jaeschke 1993). */
const isPrime = (n: number): boolean => {
  const bases = [2n, 3n, 5n, 7n, 11n, 13n, 17n];
  const big = BigInt(n);
  if (n < 2) return false;
  if (bases.some((base) => big % base === 0n)) return bases.includes(big);
  let odd = big - 1n;
  let twos = 0;
  for (; odd % 2n === 0n; odd /= 2n) twos += 1;
  return bases.every((base) => {
    let x = powerModulo(base, odd, big);
    if (x === 1n) return true;
    for (let i = 0; i < twos; i += 1, x = (x * x) % big) if (x === big - 1n) return true;
    return false;
  });
};

const slowCount = (from: number, to: number): number => {
  let count = 0;
  for (let n = from; n <= to; n += 1) if (isPrime(n)) count += 1;
  return count;
};

/** Published values of π(10^k) (OEIS A006880). */
const published = [
  { to: 10, count: 4 },
  { to: 100, count: 25 },
  { to: 1_000, count: 168 },
  { to: 10_000, count: 1_229 },
  { to: 100_000, count: 9_592 },
  { to: 1_000_000, count: 78_498 },
  { to: 10_000_000, count: 664_579 },
  { to: 100_000_000, count: 5_761_455 },
  { to: 1_000_000_000, count: 50_847_534 },
];

/** The largest number that the input schema allows. */
const LARGEST = 100_000_000_000_000;

const message = (input: unknown): unknown =>
  primeCount.input.safeParse(input).error?.issues.map(({ path, message }) => [path.join('/'), message]);

describe('prime-count', () => {
  it.each(published)('counts $count primes up to $to', async ({ to, count }) => {
    expect(await runParallel(primeCount, { to })).toEqual({ count });
  });

  it('counts every range of small numbers', () => {
    const upTo = Array.from({ length: 131 }, (_, to) => slowCount(0, to));
    for (let from = 0; from <= 40; from += 1) {
      for (let to = from; to <= 130; to += 1) {
        expect(primesBetween(from, to)).toBe((upTo[to] ?? 0) - (upTo[from - 1] ?? 0));
      }
    }
  });

  it('decides every single number, squares of primes included', () => {
    for (let n = 0; n <= 3000; n += 1) expect(primesBetween(n, n)).toBe(isPrime(n) ? 1 : 0);
    for (const p of [7, 31, 997, 65_537, 1_000_003, 4_472_131]) {
      expect([primesBetween(p, p), primesBetween(p * p, p * p), primesBetween(p * p - 2, p * p + 2)]).toEqual(
        [1, 0, slowCount(p * p - 2, p * p + 2)],
      );
    }
  });

  it('agrees with the Miller–Rabin test anywhere', () => {
    const window = fc.record({
      from: fc.oneof(fc.nat({ max: 1e6 }), fc.integer({ min: 0, max: 1e10 })),
      length: fc.nat({ max: 300 }),
    });
    fc.assert(
      fc.property(window, ({ from, length }) => {
        expect(primesBetween(from, from + length)).toBe(slowCount(from, from + length));
      }),
      { numRuns: 30 },
    );
    expect(primesBetween(LARGEST - 1000, LARGEST)).toBe(slowCount(LARGEST - 1000, LARGEST));
  });

  it('agrees with the plain sieve over several segments, wherever they begin and end', () => {
    const window = fc.record({
      from: fc.oneof(fc.nat({ max: 1e7 }), fc.integer({ min: 0, max: 1e13 })),
      length: fc.integer({ min: 8e6, max: 2.5e7 }),
    });
    fc.assert(
      fc.property(window, ({ from, length }) => {
        expect(primesBetween(from, from + length)).toBe(reference.primesBetween(from, from + length));
      }),
      { numRuns: 5 },
    );
  });

  it('agrees with the plain sieve where the sieving primes become large', () => {
    // 2^17 and its square: primes from there on are struck multiple by multiple.
    const [from, to] = [2 ** 34 - 2e7, 2 ** 34 + 2e7];
    expect(primesBetween(from, to)).toBe(reference.primesBetween(from, to));
  });

  it('has the same count however the range is cut', () => {
    const cuts = fc.record({
      from: fc.nat({ max: 1e9 }),
      left: fc.integer({ min: 1, max: 1e7 }),
      right: fc.integer({ min: 1, max: 1e7 }),
    });
    fc.assert(
      fc.property(cuts, ({ from, left, right }) => {
        const [cut, to] = [from + left, from + left + right];
        expect(primesBetween(from, cut) + primesBetween(cut + 1, to)).toBe(primesBetween(from, to));
      }),
      { numRuns: 20 },
    );
  });

  it('has parts that make up the range', async () => {
    const input = { from: 123_456_789, to: 345_678_901 };
    const all = await partials(primeCount, input);
    expect(all.length).toBe(3);
    expect(all.reduce((a, b) => a + b)).toBe(primesBetween(input.from, input.to));
  });

  it('has a hundred parts up to 10^10, so that progress moves by one per cent', () => {
    expect(primeCount.parts({ to: 1e10 })).toBe(100);
  });

  it('counts 0 where there are no primes', async () => {
    expect(await runParallel(primeCount, { to: 0 })).toEqual({ count: 0 });
    expect(await runParallel(primeCount, { from: 0, to: 1 })).toEqual({ count: 0 });
    expect(await runParallel(primeCount, { from: 24, to: 28 })).toEqual({ count: 0 });
  });

  it('refuses more work than 10,000 parts can do, and bounds in the wrong order, with the reason', () => {
    expect(primeCount.parts({ to: LARGEST })).toBe(MAX_PARTS);
    expect(message({ from: 0, to: LARGEST })).toBeUndefined();
    expect(message({ to: LARGEST + 1 })).toEqual([
      ['to', 'must be at most 100,000,000,000,000, because a computation has at most 10,000 parts'],
    ]);
    expect(message({ from: 10, to: 9 })).toEqual([['from', 'must be at most to']]);
    expect(message({ from: -1, to: 9 })).toEqual([['from', 'must be at least 0']]);
    expect(message({})).toEqual([['to', 'must be a whole number']]);
  });
});
