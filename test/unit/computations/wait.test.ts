import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { waitForEnd } from '../../../functions/lib/computations/wait.ts';
import type { Computation } from '../../../functions/lib/engine/computation.ts';

const key = { tenant: 't', id: 'c' };

/** Waits for a computation that ends after so many milliseconds, in a time of its own in which a read takes 5. */
const waited = async (endsAfter: number, atMost: number) => {
  let now = 0;
  let reads = 0;
  const read = async () => {
    now += 5;
    reads += 1;
    return { status: now >= endsAfter ? 'succeeded' : 'running' } as Computation;
  };
  const sleep = async (milliseconds: number) => {
    now += milliseconds;
  };
  await waitForEnd({ read }, key, atMost, { now: () => now, sleep });
  return { took: now, reads };
};

const milliseconds = fc.integer({ min: 0, max: 25_000 });

describe('waiting for the end of a computation', () => {
  it('ends soon after it, and the sooner the shorter it took', async () => {
    await fc.assert(
      fc.asyncProperty(milliseconds, async (endsAfter) => {
        const { took } = await waited(endsAfter, 25_000);
        expect(took - endsAfter).toBeLessThanOrEqual(Math.max(10, 6 * Math.sqrt(endsAfter)) + 10);
      }),
    );
  });

  it('ends with the time that was granted, and one last look', async () => {
    await fc.assert(
      fc.asyncProperty(milliseconds, async (atMost) => {
        expect((await waited(Number.POSITIVE_INFINITY, atMost)).took).toBeLessThanOrEqual(atMost + 5);
      }),
    );
  });

  it('looks some fifty times in 25 seconds', async () => {
    expect((await waited(Number.POSITIVE_INFINITY, 25_000)).reads).toBeLessThan(60);
  });

  it('does not wait for what is gone', async () => {
    let slept = false;
    const sleep = async () => {
      slept = true;
    };
    await waitForEnd({ read: async () => undefined }, key, 1_000, { now: () => 0, sleep });
    expect(slept).toBe(false);
  });
});
