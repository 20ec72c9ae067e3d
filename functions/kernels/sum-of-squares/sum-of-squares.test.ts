import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldAnyhow, partials, runParallel } from '../../../test/support/kernel-runs.ts';
import { MAX_PARTS } from '../../lib/engine/limits.ts';
import { sumOfSquares } from './index.ts';
import { sumOfSquaresOver } from './squares.ts';

/** Σ i² for 0 ≤ i < n. */
const closedForm = (n: number): bigint => {
  const big = BigInt(n);
  return n === 0 ? 0n : ((big - 1n) * big * (2n * big - 1n)) / 6n;
};

/** The largest n that the input schema allows. */
const LARGEST = 40_000_000_000_000;

describe('sum-of-squares', () => {
  it.each([
    { n: 10, sum: '285' },
    { n: 10_000_000, sum: '333333283333335000000' },
  ])('adds $n squares up to $sum', async ({ n, sum }) => {
    expect(await runParallel(sumOfSquares, { n })).toEqual({ sum });
  });

  it('agrees with the closed form over any range', () => {
    const range = fc.record({
      start: fc.integer({ min: 0, max: LARGEST - 200_000 }),
      length: fc.integer({ min: 0, max: 200_000 }),
    });
    fc.assert(
      fc.property(range, ({ start, length }) => {
        const end = start + length;
        expect(sumOfSquaresOver({ start, end })).toBe(closedForm(end) - closedForm(start));
      }),
    );
  });

  it('has the same sum however the range is cut', () => {
    const cuts = fc.array(fc.integer({ min: 0, max: 300_000 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(cuts, fc.nat({ max: 1e12 }), (cuts, offset) => {
        const ends = [0, ...cuts, 300_000].toSorted((a, b) => a - b).map((end) => end + offset);
        const whole = sumOfSquaresOver({ start: offset, end: offset + 300_000 });
        const pieces = ends.slice(1).map((end, i) => sumOfSquaresOver({ start: ends[i] ?? 0, end }));
        expect(pieces.reduce((a, b) => a + b)).toBe(whole);
      }),
      { numRuns: 30 },
    );
  });

  it('has the same sum however its parts are combined', async () => {
    const input = { n: 900_000_001 };
    const all = await partials(sumOfSquares, input);
    expect(all.length).toBe(5);
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 4, maxLength: 4 }), (choices) => {
        const next = [...choices];
        const sum = foldAnyhow(
          all,
          (a, b) => sumOfSquares.combine(a, b, input),
          (gaps) => (next.pop() ?? 0) % gaps,
        );
        expect(sum).toBe(closedForm(input.n));
      }),
    );
  });

  it('refuses more work than 10,000 parts can do, with the reason', () => {
    expect(sumOfSquares.parts({ n: LARGEST })).toBe(MAX_PARTS);
    expect(sumOfSquares.input.safeParse({ n: LARGEST }).success).toBe(true);
    expect(sumOfSquares.input.safeParse({ n: LARGEST + 1 }).error?.issues).toMatchObject([
      {
        path: ['n'],
        message: 'must be at most 40,000,000,000,000, because a computation has at most 10,000 parts',
      },
    ]);
  });

  it.each([[-1], [1.5], ['10'], ['NaN'], [null], [1e300], [undefined]])('refuses %j as n', (n) => {
    expect(sumOfSquares.input.safeParse({ n }).error?.issues).toMatchObject([{ path: ['n'] }]);
  });
});
