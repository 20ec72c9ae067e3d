import * as z from 'zod/mini';
import {
  evenSplit,
  integer,
  integerField,
  maxUnits,
  objectField,
  parallel,
  workField,
} from '../../lib/kernel/index.ts';

/**
 * In integers. Sieving one takes a tenth to a quarter of a nanosecond. The smallest part is smaller than it has to be,
 * so that progress up to 10^10 still moves in steps of one per cent.
 */
const PART = { smallest: 100_000_000, largest: 10_000_000_000 };

/** The numbers from `first` to `to`, cut into parts. 0 is left out, so that `to` alone bounds the work. */
const work = ({ from = 0, to }: { from?: number | undefined; to: number }) => {
  const first = Math.max(from, 1);
  return { first, split: evenSplit(to - first + 1, PART) };
};

export const primeCount = parallel({
  name: 'prime-count',
  version: 2,
  description: 'The number of primes p with from ≤ p ≤ to, counted with a segmented sieve of Eratosthenes.',
  pure: true,
  get input() {
    return objectField({
      from: z.optional(
        integerField('The lower bound, included: at most to, and 0 when absent.', 0, maxUnits(PART)),
      ),
      to: workField('The upper bound, included.', PART),
    }).check(z.refine(({ from = 0, to }) => from <= to, { path: ['from'], error: 'must be at most to' }));
  },
  get output() {
    return objectField({
      count: integerField('The number of primes.'),
    });
  },
  example: { input: { to: 100 }, output: { count: 25 } },
  parts: (input) => work(input).split.parts,
  async compute(input, part) {
    // Loaded on demand, because only the worker computes.
    const { primesBetween } = await import('./prime-sieve.ts');
    const { first, split } = work(input);
    const { start, end } = split.range(part);
    return primesBetween(first + start, first + end - 1);
  },
  combine: (left, right) => left + right,
  finish: (count) => ({ count }),
  partial: integer,
});
