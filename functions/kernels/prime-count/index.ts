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
 * In integers to sieve, a tenth to a quarter of a nanosecond each. The smallest part is cheaper than it might be,
 * so that the progress of 10^10 still moves by one per cent.
 */
const PART = { smallest: 100_000_000, largest: 10_000_000_000 };

/** What is cut into parts: the numbers from `first` to `to`. 0 is left out, so that `to` alone bounds the work. */
const work = ({ from = 0, to }: { from?: number | undefined; to: number }) => {
  const first = Math.max(from, 1);
  return { first, split: evenSplit(to - first + 1, PART) };
};

export const primeCount = parallel({
  name: 'prime-count',
  version: 2,
  description: 'How many primes p there are with from ≤ p ≤ to, by a segmented sieve of Eratosthenes.',
  pure: true,
  get input() {
    return objectField({
      from: z.optional(
        integerField('The smallest number that counts: 0 when absent, at most to.', 0, maxUnits(PART)),
      ),
      to: workField('The largest number that counts.', PART),
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
    // Only who computes loads the sieve.
    const { primesBetween } = await import('./prime-sieve.ts');
    const { first, split } = work(input);
    const { start, end } = split.range(part);
    return primesBetween(first + start, first + end - 1);
  },
  combine: (left, right) => left + right,
  finish: (count) => ({ count }),
  partial: integer,
});
