import { bigint, decimalField, evenSplit, objectField, parallel, workField } from '../../lib/kernel/index.ts';

/** In integers. Squaring one takes a third of a nanosecond. */
const PART = { smallest: 200_000_000, largest: 4_000_000_000 };

export const sumOfSquares = parallel({
  name: 'sum-of-squares',
  version: 2,
  description: 'The exact sum of i² for 0 ≤ i < n, added up term by term.',
  pure: true,
  get input() {
    return objectField({
      n: workField('The number of squares to add.', PART),
    });
  },
  get output() {
    return objectField({
      sum: decimalField('The sum, as a decimal string because it may exceed 2^53.'),
    });
  },
  example: { input: { n: 10 }, output: { sum: '285' } },
  parts: ({ n }) => evenSplit(n, PART).parts,
  async compute({ n }, part) {
    // Loaded on demand, because only the worker computes.
    const { sumOfSquaresOver } = await import('./squares.ts');
    return sumOfSquaresOver(evenSplit(n, PART).range(part));
  },
  combine: (left, right) => left + right,
  finish: (sum) => ({ sum: String(sum) }),
  partial: bigint,
});
