import { exp, inverseNormal } from '../../lib/kernel/numeric.ts';
import { openUnit, randomNumbers } from '../../lib/kernel/random.ts';
import type { Range } from '../../lib/kernel/split.ts';
import { type Moments, merge } from './moments.ts';
import type { Terms } from './option-paths.ts';

const CHUNK = 512;

/** The sum of the values at even positions plus the sum of those at odd positions. */
const total = (values: readonly number[]): number => {
  const sums = [0, 0] as [number, number];
  for (const [position, value] of values.entries()) sums[position % 2 === 0 ? 0 : 1] += value;
  return sums[0] + sums[1];
};

/** What `simulate` of option-paths.ts must give, to the last bit. */
export const simulate = (terms: Terms, { start, end }: Range): Moments => {
  const { right, spot, strike, rate, volatility, maturity, seed, steps } = terms;
  const dt = maturity / steps;
  const drift = exp((rate - (volatility * volatility) / 2) * dt);
  const spread = volatility * Math.sqrt(dt);
  const sign = right === 'call' ? 1 : -1;
  const numbers = randomNumbers(seed);
  const words: [number, number] = [0, 0];
  const gain = (sum: number): number => {
    const payoff = sign * (sum / steps - strike);
    return payoff > 0 ? payoff : 0;
  };

  let result: Moments | undefined;
  for (let at = start; at < end; at += CHUNK) {
    const payoffs: number[] = [];
    for (let sample = at; sample < Math.min(at + CHUNK, end); sample += 1) {
      let price = spot;
      let mirrored = spot;
      let sum = 0;
      let mirroredSum = 0;
      for (let step = 0; step < steps; step += 1) {
        numbers(sample, step, words);
        const growth = exp(spread * inverseNormal(openUnit(...words)));
        price *= drift * growth;
        mirrored *= drift / growth;
        sum += price;
        mirroredSum += mirrored;
      }
      payoffs.push((gain(sum) + gain(mirroredSum)) / 2);
    }
    const count = payoffs.length;
    const mean = total(payoffs) / count;
    const moments = {
      count,
      mean,
      squares: total(payoffs.map((payoff) => (payoff - mean) * (payoff - mean))),
    };
    result = result === undefined ? moments : merge(result, moments);
  }
  if (result === undefined) throw new RangeError('There are no samples.');
  return result;
};
