import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exp, inverseNormal, log } from '../../../functions/lib/kernel/numeric.ts';
import { normalCdf } from '../../support/normal.ts';

/** Two units in the last place: the functions under test and the engine's are each within one. */
const CLOSE = 4.5e-16;

const relative = (value: number, expected: number): number =>
  value === expected ? 0 : Math.abs(value / expected - 1);

const within = (min: number, max: number) => fc.double({ min, max, noNaN: true });

describe('exp', () => {
  it('agrees with Math.exp', () => {
    for (const [min, max] of [
      [-708, 709.7],
      [-10, 10],
      [-0.5, 0.5],
      [-1e-8, 1e-8],
    ] as const) {
      fc.assert(
        fc.property(within(min, max), (x) => {
          expect(relative(exp(x), Math.exp(x))).toBeLessThan(CLOSE);
        }),
        { numRuns: 2000 },
      );
    }
  });

  it('gives exact values and limits at the edges of its domain', () => {
    expect(exp(0)).toBe(1);
    expect(exp(-0)).toBe(1);
    expect(exp(709.782712893384)).toBe(Math.exp(709.782712893384));
    expect(exp(709.7827128933841)).toBe(Number.POSITIVE_INFINITY);
    expect(exp(-740)).toBe(Math.exp(-740));
    expect(exp(-745.13)).toBe(5e-324);
    expect(exp(-745.14)).toBe(0);
    expect(exp(Number.NEGATIVE_INFINITY)).toBe(0);
    expect(exp(Number.NaN)).toBeNaN();
  });
});

describe('log', () => {
  it('agrees with Math.log', () => {
    for (const [min, max] of [
      [5e-324, Number.MAX_VALUE],
      [2 ** -53, 1],
      [0.5, 2],
      [0.999, 1.001],
      [5e-324, 2 ** -1022],
    ] as const) {
      fc.assert(
        fc.property(within(min, max), (x) => {
          expect(relative(log(x), Math.log(x))).toBeLessThan(CLOSE);
        }),
        { numRuns: 2000 },
      );
    }
  });

  it('gives exact values and limits at the edges of its domain', () => {
    expect(log(1)).toBe(0);
    expect(log(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(log(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
    expect(log(-1)).toBeNaN();
    expect(log(Number.NaN)).toBeNaN();
  });

  it('is the inverse of exp', () => {
    fc.assert(
      fc.property(within(1, 700), (x) => {
        expect(relative(log(exp(x)), x)).toBeLessThan(CLOSE);
      }),
    );
  });
});

describe('inverseNormal', () => {
  // The check values of the article of algorithm AS 241.
  it.each([
    [0.25, -0.6744897501960817],
    [0.001, -3.090232306167814],
    [1e-20, -9.26234008979841],
  ])('gives the published value at %d', (p, z) => {
    expect(relative(inverseNormal(p), z)).toBeLessThan(1e-15);
  });

  it('inverts the distribution function over its whole range', () => {
    const close = (p: number) => {
      const z = inverseNormal(p);
      // What an error of one unit in the last place of z, and of the reference, does to the probability.
      const tolerance = 1.5e-15 * (4 + z * z);
      expect(relative(normalCdf(z), p)).toBeLessThan(tolerance);
    };
    fc.assert(fc.property(within(1e-6, 0.5), close), { numRuns: 2000 });
    fc.assert(
      fc.property(within(7, 52), (bits) => close(2 ** -bits)),
      { numRuns: 2000 },
    );
  });

  it('is odd about a half and continuous where its pieces meet', () => {
    expect(inverseNormal(0.5)).toBe(0);
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 31 - 1 }), (n) => {
        const p = (n + 0.5) / 2 ** 32;
        expect(inverseNormal(1 - p)).toBe(-inverseNormal(p));
      }),
    );
    for (const seam of [0.075, Math.exp(-25)]) {
      const [below, above] = [inverseNormal(seam * (1 - 1e-15)), inverseNormal(seam * (1 + 1e-15))];
      expect(relative(below, above)).toBeLessThan(3e-15);
    }
  });
});

// Recorded once. The bits must not change with the engine, the processor or a refactoring. A change of them changes
// results, so it needs new versions of the kernels.
it('gives the recorded bits', () => {
  const values = new DataView(new ArrayBuffer(3 * 8 * 10_000));
  for (let i = 0; i < 10_000; i += 1) {
    values.setFloat64(24 * i, exp(i / 10 - 500));
    values.setFloat64(24 * i + 8, log((i + 1) / 64));
    values.setFloat64(24 * i + 16, inverseNormal((i + 0.5) / 10_000));
  }
  expect(createHash('sha256').update(values).digest('hex')).toBe(
    'b4675db47a9f87ac257f9371cda5e33f2fe2a0f38a65119789a30341be719e7d',
  );
});
