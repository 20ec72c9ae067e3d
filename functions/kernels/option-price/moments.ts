import type { Codec } from '../../lib/engine/kernel.ts';
import { float64, struct } from '../../lib/kernel/codecs.ts';

/** A sample's size, its mean, and the sum of the squared deviations from the mean. */
export interface Moments {
  readonly count: number;
  readonly mean: number;
  readonly squares: number;
}

/**
 * The moments of two samples together. T. F. Chan, G. H. Golub and R. J. LeVeque, "Updating formulae and a
 * pairwise algorithm for computing sample variances", COMPSTAT 1982: no difference of large sums, so nothing
 * cancels. The arithmetic is floating point: only the same order of merging gives the same bits.
 */
export const merge = (left: Moments, right: Moments): Moments => {
  const count = left.count + right.count;
  const delta = right.mean - left.mean;
  return {
    count,
    mean: left.mean + (delta * right.count) / count,
    squares: left.squares + right.squares + delta * delta * ((left.count * right.count) / count),
  };
};

/** The standard error of the mean, from the unbiased estimate of the variance. Needs a count above 1. */
export const standardError = ({ count, squares }: Moments): number =>
  Math.sqrt(squares / (count - 1) / count);

/** Every bit of three doubles. */
export const moments: Codec<Moments> = struct({ count: float64, mean: float64, squares: float64 });
