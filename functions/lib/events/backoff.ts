/** A number from 0 up to 1, such as `Math.random`. */
export type Uniform = () => number;

export interface Backoff {
  readonly baseSeconds: number;
  readonly capSeconds: number;
}

/** The longest delay after a receive: doubled with each receive, up to the cap. */
const ceiling = ({ baseSeconds, capSeconds }: Backoff, receiveCount: number): number =>
  Math.min(capSeconds, baseSeconds * 2 ** Math.max(0, receiveCount - 1));

/**
 * Whole seconds until the next receive, evenly distributed between 0 and the ceiling, which spreads many retries best.
 * From "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export const fullJitter = (backoff: Backoff, receiveCount: number, uniform: Uniform): number =>
  Math.round(uniform() * ceiling(backoff, receiveCount));

/** Half of the ceiling plus a random part of the other half: so many receives span at least a known time. */
export const equalJitter = (backoff: Backoff, receiveCount: number, uniform: Uniform): number => {
  const half = ceiling(backoff, receiveCount) / 2;
  return Math.ceil(half + uniform() * half);
};

/** For a kernel's exception: short, because the third one fails the computation. */
export const exceptionBackoff: Backoff = { baseSeconds: 1, capSeconds: 60 };

/**
 * For trouble of the infrastructure. A message is received eight times, with seven delays in between that add up to at
 * least 10 + 20 + 40 + 80 + 150 + 150 + 150 = 600 seconds, so an outage of ten minutes fails nothing.
 */
export const outageBackoff: Backoff = { baseSeconds: 20, capSeconds: 300 };
