import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldAnyhow, partials, runParallel } from '../../../test/support/kernel-runs.ts';
import { normalCdf } from '../../../test/support/normal.ts';
import { MAX_PARTS } from '../../lib/engine/limits.ts';
import { maxPaths, optionPrice } from './index.ts';
import { merge, standardError } from './moments.ts';
import { simulate } from './option-paths.ts';
import { simulate as plainly } from './option-price.reference.ts';

type Option = Parameters<typeof optionPrice.parts>[0];
type Asian = Extract<Option, { style: 'asian' }>;
type European = Extract<Option, { style: 'european' }>;
type Terms = Omit<European, 'style' | 'paths' | 'seed'>;

/** The formula of Black and Scholes (1973). */
const blackScholes = ({ right, spot, strike, rate, volatility, maturity }: Terms): number => {
  const spread = volatility * Math.sqrt(maturity);
  const d1 = (Math.log(spot / strike) + (rate + volatility ** 2 / 2) * maturity) / spread;
  const sign = right === 'call' ? 1 : -1;
  return (
    sign * spot * normalCdf(sign * d1) -
    sign * strike * Math.exp(-rate * maturity) * normalCdf(sign * (d1 - spread))
  );
};

/**
 * An Asian call of two steps without Monte Carlo: given the first price S, (S + S·G)/2 − K is half a European
 * payoff with strike 2K − S, which is integrated over the first price by Simpson's rule.
 */
const twoStepCall = ({ spot, strike, rate, volatility, maturity }: Terms): number => {
  const dt = maturity / 2;
  const value = (z: number): number => {
    const first = spot * Math.exp((rate - volatility ** 2 / 2) * dt + volatility * Math.sqrt(dt) * z);
    const rest = 2 * strike - first;
    const later = { right: 'call', spot: first, strike: rest, rate, volatility, maturity: dt } as const;
    const half = rest > 0 ? blackScholes(later) : first - rest * Math.exp(-rate * dt);
    return ((half / 2) * Math.exp(-rate * dt) * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
  };
  const [intervals, reach] = [4000, 9];
  const h = (2 * reach) / intervals;
  let sum = 0;
  for (let i = 0; i <= intervals; i += 1) {
    const weight = i === 0 || i === intervals ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * value(-reach + i * h);
  }
  return (sum * h) / 3;
};

/** How many standard errors the simulated price is away from the true one. */
const deviations = ({ price, standardError }: { price: number; standardError: number }, truth: number) =>
  Math.abs(price - truth) / standardError;

/** J. C. Hull, "Options, Futures and Other Derivatives": the example of the Black–Scholes–Merton formulas. */
const terms: Terms = {
  right: 'call',
  spot: 42,
  strike: 40,
  rate: 0.1,
  volatility: 0.2,
  maturity: 0.5,
};

const message = (input: unknown): unknown =>
  optionPrice.input.safeParse(input).error?.issues.map(({ path, message }) => [path.join('/'), message]);

describe('option-price', () => {
  it.each([
    { right: 'call', price: 4.76 },
    { right: 'put', price: 0.81 },
  ] as const)('prices the $right of the textbook at $price', async ({ right, price }) => {
    const input: European = { style: 'european', ...terms, right, paths: 4_000_000, seed: 1 };
    const result = await runParallel(optionPrice, optionPrice.input.parse(input));
    const exact = blackScholes({ ...terms, right });
    expect(exact).toBeCloseTo(price, 2);
    expect(deviations(result, exact)).toBeLessThan(3.5);
    const [low, high] = result.confidence95;
    expect(high - low).toBeCloseTo(2 * 1.959964 * result.standardError, 6);
    expect((low + high) / 2).toBeCloseTo(result.price, 12);
    expect(result.paths).toBe(4_000_000);
  });

  it.each<Partial<Terms>>([
    { strike: 60, volatility: 0.4 },
    { right: 'put', strike: 30 },
    { right: 'put', rate: -0.03, maturity: 5 },
    { volatility: 1.5, maturity: 2 },
    { spot: 1e9, strike: 1e9, maturity: 0.01 },
  ])('agrees with the Black–Scholes formula for %o', async (change) => {
    const changed = { ...terms, ...change };
    const result = await runParallel(optionPrice, { style: 'european', ...changed, paths: 400_000, seed: 2 });
    expect(deviations(result, blackScholes(changed))).toBeLessThan(3.5);
  });

  it('has a standard error that is neither too small nor too large', async () => {
    const exact = blackScholes(terms);
    const [runs, paths] = [400, 1000];
    let squares = 0;
    let covered = 0;
    for (let seed = 0; seed < runs; seed += 1) {
      const result = await runParallel(optionPrice, { style: 'european', ...terms, paths, seed });
      squares += deviations(result, exact) ** 2;
      if (result.confidence95[0] <= exact && exact <= result.confidence95[1]) covered += 1;
    }
    // Chi-squared with as many degrees of freedom as runs: its mean is 1 and its deviation √(2/runs) = 0.07.
    expect(Math.abs(squares / runs - 1)).toBeLessThan(0.25);
    expect(covered / runs).toBeGreaterThan(0.92);
    expect(covered / runs).toBeLessThan(0.98);
  });

  it('prices an Asian option of one step like a European one', async () => {
    const asian = await runParallel(optionPrice, {
      style: 'asian',
      ...terms,
      steps: 1,
      paths: 10_000,
      seed: 3,
    });
    const european = await runParallel(optionPrice, { style: 'european', ...terms, paths: 10_000, seed: 3 });
    expect(asian).toEqual(european);
  });

  it('agrees with an integral for an Asian call of two steps', async () => {
    const input: Asian = { style: 'asian', ...terms, steps: 2, paths: 1_000_000, seed: 4 };
    expect(deviations(await runParallel(optionPrice, input), twoStepCall(terms))).toBeLessThan(3.5);
  });

  it('agrees with a published Asian put of twelve months', async () => {
    // E. Levy, "Asian options", in L. Clewlow and C. Strickland (eds.), Exotic Options: The State of the Art,
    // 1997, as QuantLib's test suite quotes it (asianoptions.cpp): spot 90, strike 87, dividend yield 6 %,
    // interest 2.5 %, volatility 13 %, averaged at the ends of the months of a year: 2.1105. A dividend yield
    // lowers the drift but not the discount, which is what the factor e^−yield makes up for.
    const [interest, dividends, published] = [0.025, 0.06, 2.1105094397];
    const result = await runParallel(optionPrice, {
      style: 'asian',
      right: 'put',
      spot: 90,
      strike: 87,
      rate: interest - dividends,
      volatility: 0.13,
      maturity: 1,
      steps: 12,
      paths: 400_000,
      seed: 5,
    });
    const factor = Math.exp(-dividends);
    // The published value is itself rounded by a simulation, in its third decimal.
    expect(Math.abs(result.price * factor - published)).toBeLessThan(
      3.5 * result.standardError * factor + 0.003,
    );
  });

  it('satisfies the put–call parity of Asian options', async () => {
    const input: Asian = { style: 'asian', ...terms, steps: 5, paths: 200_000, seed: 6 };
    const call = await runParallel(optionPrice, input);
    const put = await runParallel(optionPrice, { ...input, right: 'put' });
    let forward = 0;
    for (let step = 1; step <= 5; step += 1) forward += (42 * Math.exp(0.1 * 0.5 * (step / 5))) / 5;
    const parity = (forward - 40) * Math.exp(-0.1 * 0.5);
    const error = Math.hypot(call.standardError, put.standardError);
    expect(Math.abs(call.price - put.price - parity) / error).toBeLessThan(3.5);
  });

  it('gives the exact price without an error when the volatility is 0', async () => {
    const result = await runParallel(optionPrice, {
      style: 'european',
      ...terms,
      volatility: 0,
      paths: 1000,
      seed: 7,
    });
    expect(result.price).toBeCloseTo(42 - 40 * Math.exp(-0.05), 12);
    expect(result.standardError).toBeLessThan(1e-12);
  });

  it('has the same bits whatever order its parts are computed in', async () => {
    const input: Asian = { style: 'asian', ...terms, steps: 10_000, paths: 2002, seed: 8 };
    expect(optionPrice.parts(input)).toBe(3);
    const forward = await partials(optionPrice, input);
    const backward = await partials(optionPrice, input, (a, b) => b - a);
    expect(backward).toEqual(forward);
    // Each part has paths of its own.
    expect(new Set(forward.map(({ mean }) => mean)).size).toBe(3);
    // Another association may differ in the last bits, and in no others.
    const combine = (a: (typeof forward)[number], b: (typeof forward)[number]) => merge(a, b);
    const left = foldAnyhow(forward, combine, () => 0);
    const right = foldAnyhow(forward, combine, (gaps) => gaps - 1);
    expect(right.count).toBe(left.count);
    expect(right.mean).toBeCloseTo(left.mean, 12);
    expect(standardError(right)).toBeCloseTo(standardError(left), 12);
  });

  it('simulates another path for an odd number of paths', async () => {
    const odd = await runParallel(optionPrice, { style: 'european', ...terms, paths: 999, seed: 9 });
    const even = await runParallel(optionPrice, { style: 'european', ...terms, paths: 1000, seed: 9 });
    expect(odd).toEqual(even);
    expect(odd.paths).toBe(1000);
  });

  it('stays finite at the ends of its domain', async () => {
    const extremes = [
      { volatility: 5, maturity: 100, rate: 1 },
      { volatility: 5, maturity: 100, rate: -1 },
      { volatility: 0, maturity: 100, rate: 1 },
      { spot: Number.MIN_VALUE, volatility: 5 },
      { spot: 1e9, strike: Number.MIN_VALUE, volatility: 5, maturity: 100, rate: 1 },
    ];
    for (const change of extremes) {
      for (const right of ['call', 'put'] as const) {
        const common = { ...terms, ...change, right, paths: 2000, seed: 10 };
        for (const style of [{ style: 'european' }, { style: 'asian', steps: 3 }] as const) {
          const output = await runParallel(optionPrice, { ...common, ...style });
          expect(optionPrice.output.safeParse(output).success).toBe(true);
        }
      }
    }
  });

  it('has the bits of the plain simulation, for any option, samples and seed', () => {
    const option = fc.record({
      right: fc.constantFrom('call' as const, 'put' as const),
      spot: fc.double({ min: 1e-3, max: 1e9, noNaN: true }),
      strike: fc.double({ min: 1e-3, max: 1e9, noNaN: true }),
      rate: fc.double({ min: -1, max: 1, noNaN: true }),
      volatility: fc.double({ min: 0, max: 5, noNaN: true }),
      maturity: fc.double({ min: 1e-3, max: 100, noNaN: true }),
      seed: fc.maxSafeNat(),
      steps: fc.integer({ min: 1, max: 5 }),
    });
    const samples = fc.tuple(
      fc.oneof(fc.nat({ max: 1000 }), fc.nat({ max: 1e12 })),
      fc.integer({ min: 1, max: 1500 }),
    );
    fc.assert(
      fc.property(option, samples, (terms, [start, count]) => {
        const range = { start, end: start + count };
        expect(simulate(terms, range)).toEqual(plainly(terms, range));
      }),
      { numRuns: 150 },
    );
    // Enough samples for the far ends of the normal distribution.
    const long = { ...terms, seed: 3, steps: 1 };
    const range = { start: 7, end: 400_000 };
    expect(simulate(long, range)).toEqual(plainly(long, range));
  });

  it('refuses more work than 10,000 parts can do, for any number of steps, with the reason', () => {
    for (const steps of [1, 3, 7, 999, 10_000]) {
      const most: Asian = { style: 'asian', ...terms, steps, paths: maxPaths(steps), seed: 1 };
      expect(optionPrice.parts(optionPrice.input.parse(most))).toBe(MAX_PARTS);
    }
    const option = { ...terms, seed: 1 };
    expect(message({ style: 'european', ...option, paths: 2e12 + 1 })).toEqual([
      ['paths', 'must be at most 2,000,000,000,000, because a computation has at most 10,000 parts'],
    ]);
    expect(message({ style: 'asian', ...option, steps: 1000, paths: 2e9 + 1 })).toEqual([
      [
        'paths',
        'must be at most 2,000,000,000 for 1,000 steps, because a computation has at most 10,000 parts',
      ],
    ]);
  });

  it('refuses terms outside their domain', () => {
    const option = { style: 'european', ...terms, paths: 1000, seed: 1 };
    expect(message({ ...option, style: 'american' })).toEqual([['style', 'must be european or asian']]);
    expect(message({ ...option, right: 'both' })).toEqual([['right', 'must be call or put']]);
    expect(message({ ...option, spot: 0 })).toEqual([['spot', 'must be above 0']]);
    expect(message({ ...option, strike: 'NaN' })).toEqual([['strike', 'must be a number']]);
    expect(message({ ...option, volatility: -0.1 })).toEqual([['volatility', 'must be at least 0']]);
    expect(message({ ...option, maturity: Number.POSITIVE_INFINITY })).toEqual([
      ['maturity', 'must be a number'],
    ]);
    expect(message({ ...option, paths: 3 })).toEqual([['paths', 'must be at least 4']]);
    expect(message({ ...option, steps: 12 })).toEqual([['', 'unknown member: steps']]);
    expect(message({ ...option, style: 'asian' })).toEqual([['steps', 'must be a whole number']]);
  });
});
