import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Moments, merge, moments, standardError } from './moments.ts';

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** By the definition, in two passes. */
const momentsOf = (sample: readonly number[]): Moments => {
  const mean = sum(sample) / sample.length;
  return { count: sample.length, mean, squares: sum(sample.map((value) => (value - mean) ** 2)) };
};

const sample = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 50 });

describe('moments', () => {
  it('of two samples merge into those of both together', () => {
    fc.assert(
      fc.property(sample, sample, (left, right) => {
        const merged = merge(momentsOf(left), momentsOf(right));
        const whole = momentsOf([...left, ...right]);
        expect(merged.count).toBe(whole.count);
        expect(merged.mean).toBeCloseTo(whole.mean, 9);
        expect(merged.squares / whole.count).toBeCloseTo(whole.squares / whole.count, 6);
      }),
    );
  });

  it('keep small deviations from a large mean', () => {
    const far = (values: number[]) => momentsOf(values.map((value) => 1e9 + value));
    expect(merge(far([1, 2]), far([3, 4, 5])).squares).toBeCloseTo(10, 5);
  });

  it('give the standard error of the mean', () => {
    expect(standardError(momentsOf([1, 2, 3, 4, 5]))).toBeCloseTo(Math.sqrt(2.5 / 5), 12);
  });

  it('keep all their bits when encoded', () => {
    const value = { count: 3, mean: -0, squares: 5e-324 };
    expect(moments.decode(moments.encode(value))).toEqual(value);
  });
});
