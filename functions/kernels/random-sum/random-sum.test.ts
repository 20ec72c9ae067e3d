import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldAnyhow, partials, runParallel } from '../../../test/support/kernel-runs.ts';
import { MAX_PARTS } from '../../lib/engine/limits.ts';
import { uniformIntegers } from '../../lib/kernel/random.ts';
import { randomSum } from './index.ts';
import { sumOfUniformIntegers } from './random-integers.ts';

const { MIN_SAFE_INTEGER, MAX_SAFE_INTEGER } = Number;

/** How many integers there may be between the smallest and the largest, both included. */
const width = fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 2 ** 53 - 1 }));

const seed = fc.maxSafeNat();

const message = (input: unknown): unknown =>
  randomSum.input.safeParse(input).error?.issues.map(({ path, message }) => [path.join('/'), message]);

describe('random-sum', () => {
  it('adds the numbers of the plain generator exactly, whatever their size', () => {
    fc.assert(
      fc.property(
        width,
        seed,
        fc.integer({ min: 1, max: 500 }),
        fc.maxSafeNat(),
        (width, seed, count, from) => {
          const start = Math.min(from, MAX_SAFE_INTEGER - count);
          const integer = uniformIntegers(seed, width);
          let sum = 0n;
          for (let i = start; i < start + count; i += 1) sum += BigInt(integer(i));
          expect(sumOfUniformIntegers(seed, width, { start, end: start + count })).toBe(sum);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('adds more numbers than a block holds, however many are drawn again', () => {
    for (const width of [1, 2, 100, 2 ** 52 + 1, 2 ** 53]) {
      const integer = uniformIntegers(1, width);
      let sum = 0n;
      for (let i = 5; i < 140_000; i += 1) sum += BigInt(integer(i));
      expect(sumOfUniformIntegers(1, width, { start: 5, end: 140_000 })).toBe(sum);
    }
  });

  it('has the same sum however the numbers are cut', () => {
    fc.assert(
      fc.property(width, seed, fc.nat({ max: 2000 }), fc.nat({ max: 2000 }), (width, seed, a, b) => {
        const [cut, end] = [Math.min(a, b), Math.max(a, b)];
        const left = sumOfUniformIntegers(seed, width, { start: 0, end: cut });
        const right = sumOfUniformIntegers(seed, width, { start: cut, end });
        expect(left + right).toBe(sumOfUniformIntegers(seed, width, { start: 0, end }));
      }),
    );
  });

  it('has the same sum however its parts are combined', async () => {
    const input = { count: 20_000_001, min: -5, max: 1_000_000_007, seed: 11 };
    const all = await partials(randomSum, input, (a, b) => b - a);
    expect(all.length).toBe(3);
    const expected = String(
      sumOfUniformIntegers(11, 1_000_000_013, { start: 0, end: input.count }) - 5n * BigInt(input.count),
    );
    for (const choose of [() => 0, (gaps: number) => gaps - 1, (gaps: number) => gaps >> 1]) {
      const sum = foldAnyhow(all, (a, b) => randomSum.combine(a, b, input), choose);
      expect(randomSum.finish(sum, input)).toEqual({ sum: expected, mean: Number(expected) / input.count });
    }
  });

  it('has the mean of a uniform distribution', async () => {
    const count = 1_000_000;
    for (const [min, max] of [
      [1, 6],
      [-1000, 1000],
      [0, MAX_SAFE_INTEGER],
      [MIN_SAFE_INTEGER, 0],
    ] as const) {
      const { mean } = await runParallel(randomSum, { count, min, max, seed: 1 });
      const deviation = Math.sqrt(((max - min + 1) ** 2 - 1) / 12 / count);
      expect(Math.abs(mean - (min + max) / 2) / deviation).toBeLessThan(4);
    }
  });

  it('adds a constant when min equals max', async () => {
    const [count, value] = [1001, -MAX_SAFE_INTEGER];
    const sum = String(BigInt(count) * BigInt(value));
    expect(await runParallel(randomSum, { count, min: value, max: value, seed: 0 })).toEqual({
      sum,
      mean: value,
    });
  });

  it('gives another sum for another seed', async () => {
    const sums = await Promise.all(
      [0, 1, 2, 2 ** 32, MAX_SAFE_INTEGER].map((seed) =>
        runParallel(randomSum, { count: 1000, min: 0, max: 1e9, seed }),
      ),
    );
    expect(new Set(sums.map(({ sum }) => sum)).size).toBe(sums.length);
  });

  it('refuses more work than 10,000 parts can do, and a range that is too wide, with the reason', () => {
    const input = { count: 1_000_000_000_000, min: 0, max: MAX_SAFE_INTEGER, seed: MAX_SAFE_INTEGER };
    expect(randomSum.parts(randomSum.input.parse(input))).toBe(MAX_PARTS);
    expect(message({ ...input, count: input.count + 1 })).toEqual([
      ['count', 'must be at most 1,000,000,000,000, because a computation has at most 10,000 parts'],
    ]);
    expect(message({ ...input, min: -1 })).toEqual([['max', 'must be at most 2^53 − 1 above min']]);
    expect(message({ ...input, min: 2, max: 1 })).toEqual([['max', 'must be at least min']]);
    expect(message({ ...input, count: 0 })).toEqual([['count', 'must be at least 1']]);
    expect(message({ ...input, seed: 0.5 })).toEqual([['seed', 'must be a whole number']]);
  });
});
