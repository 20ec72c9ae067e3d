import { describe, expect, it } from 'vitest';
import { bound, fluidLimit, simulate, target } from './growth-world.ts';

describe('how time grows with the work', () => {
  it.each([1, 2, 9, 10, 11, 100, 101, 3_000])('%d parts stay near the bound', async (parts) => {
    const { count, seconds } = await simulate(parts);
    expect(count).toBe(parts);
    expect(seconds).toBeGreaterThan(bound(parts));
    expect(seconds).toBeLessThanOrEqual(target(parts));
  });

  // Exactly: what makes the engine wait for one request more on its way shows here.
  it.each([
    [1, 1.34],
    [10, 2.325],
    [1_000, 20.535],
  ])('%d parts take %f seconds', async (parts, seconds) => {
    expect((await simulate(parts)).seconds).toBe(seconds);
  });

  it('each message is sent once, and the time is the same in every run', async () => {
    const run = await simulate(1_000);
    expect(run.messages).toBe(1_111);
    expect(await simulate(1_000)).toEqual(run);
  });
});

describe('the bound', () => {
  it('is the work over the workers, where these have all come', () => {
    // 1,250 workers do as many parts in a second.
    expect(bound(1_001_250) - bound(1_000_000)).toBeCloseTo(1);
    expect(fluidLimit(1_001_250) - fluidLimit(1_000_000)).toBeCloseTo(1);
  });

  it('counts whole parts: five workers and one more each fifth of a second', () => {
    expect([1, 5, 6, 9, 10, 15].map(bound)).toEqual([1, 1, 1.2, 1.8, 2, 2]);
    expect([5, 10, 100_000].map((parts) => bound(parts) >= fluidLimit(parts))).toEqual([true, true, true]);
  });
});
