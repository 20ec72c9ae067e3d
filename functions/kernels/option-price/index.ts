import * as z from 'zod/mini';
import {
  atMost,
  evenSplit,
  grouped,
  integerField,
  MAX_PARTS,
  numberField,
  objectField,
  parallel,
  positiveField,
  seedField,
  WORK_BOUND,
} from '../../lib/kernel/index.ts';
import { exp } from '../../lib/kernel/numeric.ts';
import { merge, moments, standardError } from './moments.ts';

/** In steps of a pair of paths. One takes about twenty nanoseconds. */
const WORK = { smallest: 5_000_000, largest: 100_000_000 };

/** A sample is a pair of antithetic paths. */
const PAIR = 2;

/** The size of a part in samples. */
const partSize = (steps: number) => ({
  smallest: Math.ceil(WORK.smallest / steps),
  largest: Math.floor(WORK.largest / steps),
});

/** The most paths that can be simulated when each has this many steps. */
export const maxPaths = (steps: number): number => MAX_PARTS * partSize(steps).largest * PAIR;

/** The quantile of the standard normal distribution at 97.5 %. */
const Z_975 = 1.959963984540054;

const terms = () => ({
  right: z
    .enum(['call', 'put'], 'must be call or put')
    .check(
      z.describe(
        'A call pays the amount by which the price is above the strike, a put the amount by which it is below.',
      ),
    ),
  spot: positiveField('The price of the underlying now.', 1e9),
  strike: positiveField('The strike price.', 1e9),
  rate: numberField('The risk-free interest rate per year, continuously compounded: 0.05 is 5 %.', -1, 1),
  volatility: numberField('The volatility per year: 0.2 is 20 %.', 0, 5),
  maturity: positiveField('Years until the option is exercised.', 100),
  paths: integerField(
    'The number of price paths to simulate. They come in antithetic pairs, so an odd number is rounded up. For an Asian option the maximum is about 2 × 10^12 divided by its steps.',
    4,
    maxPaths(1),
    WORK_BOUND,
  ),
  seed: seedField(),
});

const european = () =>
  objectField({
    style: z.literal('european').check(z.describe('Its payoff depends on the price at maturity.')),
    ...terms(),
  });

const asian = () =>
  objectField({
    style: z.literal('asian').check(z.describe('Its payoff depends on the arithmetic average of the price.')),
    ...terms(),
    steps: integerField(
      'The number of equal intervals until maturity. The average is that of the prices at their ends.',
      1,
      10_000,
    ),
  }).check(
    z.refine(({ paths, steps }) => paths <= maxPaths(steps), {
      path: ['paths'],
      error: ({ input }) => {
        const { steps } = input as { steps: number };
        return atMost(maxPaths(steps), ` for ${grouped(steps)} steps${WORK_BOUND}`);
      },
    }),
  );

type Option = z.output<ReturnType<typeof european>> | z.output<ReturnType<typeof asian>>;

/** A European option is an Asian one whose only price is the last. */
const stepsOf = (option: Option): number => (option.style === 'asian' ? option.steps : 1);

const splitOf = (option: Option) => evenSplit(Math.ceil(option.paths / PAIR), partSize(stepsOf(option)));

export const optionPrice = parallel({
  name: 'option-price',
  version: 2,
  description:
    'The price of a European or arithmetic-Asian option and its standard error, by Monte Carlo simulation of a geometric Brownian motion.',
  pure: true,
  get input() {
    return z.discriminatedUnion('style', [european(), asian()], 'must be european or asian');
  },
  get output() {
    return objectField({
      price: z.number().check(z.describe('The discounted mean payoff.')),
      standardError: z.number().check(z.describe('The standard error of the price.')),
      confidence95: z
        .tuple([z.number(), z.number()])
        .check(z.describe('The 95 % confidence interval of the price.')),
      paths: integerField('The number of simulated paths: two for each independent sample.'),
    });
  },
  example: {
    input: {
      style: 'european',
      right: 'call',
      spot: 42,
      strike: 40,
      rate: 0.1,
      volatility: 0.2,
      maturity: 0.5,
      paths: 100_000,
      seed: 1,
    },
    output: {
      price: 4.7612806180584375,
      standardError: 0.007741203526110451,
      confidence95: [4.746108137950267, 4.776453098166608],
      paths: 100_000,
    },
  },
  parts: (option) => splitOf(option).parts,
  async compute(option, part) {
    // Loaded on demand, because only the worker computes.
    const { simulate } = await import('./option-paths.ts');
    return simulate({ ...option, steps: stepsOf(option) }, splitOf(option).range(part));
  },
  combine: merge,
  finish(total, { rate, maturity }) {
    const discount = exp(-rate * maturity);
    const price = discount * total.mean;
    const error = discount * standardError(total);
    const confidence95: [number, number] = [price - Z_975 * error, price + Z_975 * error];
    return { price, standardError: error, confidence95, paths: total.count * PAIR };
  },
  partial: moments,
});
