export interface Throttling {
  readonly ratePerSecond: number;
  readonly burst: number;
}

/**
 * Decides request by request whether a route is over its rate: a bucket of `burst` tokens that fills at
 * `ratePerSecond`, from which each request takes one. `now` gives milliseconds.
 */
export const tokenBucket = (
  { ratePerSecond, burst }: Throttling,
  now: () => number = () => performance.now(),
): (() => boolean) => {
  let tokens = burst;
  let filled = now();
  return () => {
    const time = now();
    tokens = Math.min(burst, tokens + ((time - filled) / 1_000) * ratePerSecond);
    filled = time;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
};
