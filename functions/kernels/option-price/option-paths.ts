import { exp } from '../../lib/kernel/numeric.ts';
import type { Range } from '../../lib/kernel/split.ts';
import { type Address, instantiate, type Memory } from '../../lib/kernel/web-assembly.ts';
import { type Moments, merge } from './moments.ts';
import { program } from './option-paths.wasm.ts';

/** What `assembly/option-paths.ts` exports. */
const paths = instantiate<{
  readonly memory: Memory;
  readonly MOMENTS: Address;
  seed(low: number, high: number): void;
  option(spot: number, strike: number, drift: number, spread: number, call: number, steps: number): void;
  chunk(start: bigint, end: bigint): void;
}>(program);

const moments = new Float64Array(paths.memory.buffer, paths.MOMENTS.value, 2);

/** Samples are added up in chunks of this many. It is part of the result's definition. */
const CHUNK = 512;

/** An option on the average of the prices at the ends of `steps` equal intervals; a European option has one interval. */
export interface Terms {
  readonly right: 'call' | 'put';
  readonly spot: number;
  readonly strike: number;
  readonly rate: number;
  readonly volatility: number;
  readonly maturity: number;
  readonly seed: number;
  readonly steps: number;
}

/**
 * The moments of the payoff, not yet discounted, over a range of samples (at least one).
 *
 * The price follows a geometric Brownian motion under the risk-neutral measure, so an interval dt multiplies it
 * by e^((rate − volatility²/2)·dt) · e^(volatility·√dt·Z), exactly, Z standard normal. A sample is the mean of
 * the payoffs of two paths, of Z and of −Z: such samples are independent of each other, so their spread gives
 * the right standard error, and the second path costs a division instead of a random number.
 */
export const simulate = (terms: Terms, { start, end }: Range): Moments => {
  const { right, spot, strike, rate, volatility, maturity, seed, steps } = terms;
  const dt = maturity / steps;
  const drift = exp((rate - (volatility * volatility) / 2) * dt);
  paths.seed(seed | 0, Math.floor(seed / 2 ** 32));
  paths.option(spot, strike, drift, volatility * Math.sqrt(dt), Number(right === 'call'), steps);
  const chunk = (at: number): Moments => {
    const stop = Math.min(at + CHUNK, end);
    paths.chunk(BigInt(at), BigInt(stop));
    const [mean = 0, squares = 0] = moments;
    return { count: stop - at, mean, squares };
  };
  let total = chunk(start);
  for (let at = start + CHUNK; at < end; at += CHUNK) total = merge(total, chunk(at));
  return total;
};
