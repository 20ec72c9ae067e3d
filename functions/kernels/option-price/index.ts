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

/** In steps of a pair of paths, about twenty nanoseconds each. */
const WORK = { smallest: 5_000_000, largest: 100_000_000 };

/** A sample is a pair of antithetic paths. */
const PAIR = 2;

/** How many samples make a part. */
const partSize = (steps: number) => ({
  smallest: Math.ceil(WORK.smallest / steps),
  largest: Math.floor(WORK.largest / steps),
});

/** The most paths of an option whose paths have this many steps. */
export const maxPaths = (steps: number): number => MAX_PARTS * partSize(steps).largest * PAIR;

/** The quantile of the standard normal distribution at 97.5 %. */
const Z_975 = 1.959963984540054;

const terms = () => ({
  right: z
    .enum(['call', 'put'], 'must be call or put')
    .check(z.describe('A call pays what the price is above the strike, a put what it is below.')),
  spot: positiveField('The price of the underlying today.', 1e9),
  strike: positiveField('The strike price.', 1e9),
  rate: numberField('The risk-free interest rate a year, continuously compounded: 0.05 is 5 %.', -1, 1),
  volatility: numberField('The volatility a year: 0.2 is 20 %.', 0, 5),
  maturity: positiveField('Years until the option is exercised.', 100),
  paths: integerField(
    'How many price paths to simulate. They come in antithetic pairs, so an odd number means one more. For an Asian option, the most is about 2 × 10^12 divided by its steps.',
    4,
    maxPaths(1),
    WORK_BOUND,
  ),
  seed: seedField(),
});

const european = () =>
  objectField({
    style: z.literal('european').check(z.describe('Pays by the price at maturity.')),
    ...terms(),
  });

const asian = () =>
  objectField({
    style: z.literal('asian').check(z.describe('Pays by the arithmetic average of the price.')),
    ...terms(),
    steps: integerField(
      'The average is of the prices at the ends of this many equal intervals until maturity.',
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
    'The price of a European or an arithmetic-Asian option by Monte Carlo, under a geometric Brownian motion, with its standard error.',
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
        .check(z.describe('The interval that holds the true price with a probability of 95 %.')),
      paths: integerField('How many paths were simulated: two for each of the independent samples.'),
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
    // Only who computes loads the paths.
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
