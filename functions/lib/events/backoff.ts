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

/** How long so many delays of equal jitter last at least. */
export const minDelaySeconds = (backoff: Backoff, delays: number): number =>
  Array.from({ length: delays }, (_, n) => ceiling(backoff, n + 1) / 2).reduce((sum, each) => sum + each, 0);
