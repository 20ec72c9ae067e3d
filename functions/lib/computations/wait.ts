import { setTimeout } from 'node:timers/promises';
import { type Computation, type ComputationKey, isActive } from '../engine/computation.ts';
import type { ComputationStore } from '../engine/ports.ts';
import type { Headers, RequestHeader } from '../http/headers/header.ts';
import { preferWait } from '../http/headers/prefer.ts';
import { type Clock, systemClock } from '../ports.ts';

/** The shortest pause between two reads, in milliseconds: what is soon done is hardly kept. */
const MIN_PAUSE = 10;

/**
 * How long to pause after so much waiting, both in milliseconds. A pause of p costs p ÷ 2 of an instance in the end,
 * $6.7 a million seconds at 512 MB, and waiting for t costs t ÷ p reads, $0.125 a million; the sum is least at
 * p = 190 ms × √(t ÷ 1 s).
 */
const pauseAfter = (waited: number): number => Math.max(MIN_PAUSE, 6 * Math.sqrt(waited));

/** The seconds that a request with `Prefer: wait=N` is granted, so many at most; undefined where it asks for no wait. */
export const grantedWait = (maxSeconds: number): RequestHeader<number | undefined, 'Prefer'> => ({
  ...preferWait,
  description: `\`wait=N\` holds the answer until the computation has finished or N seconds have passed (RFC 7240); ${maxSeconds} at most.`,
  read: (request: Headers<'Prefer'>) => {
    const asked = preferWait.read(request);
    return asked === undefined ? undefined : Math.min(asked, maxSeconds);
  },
});

/** Time as it passes, and a way to let some pass. */
interface Time extends Clock {
  sleep(milliseconds: number): Promise<unknown>;
}

const systemTime: Time = { ...systemClock, sleep: setTimeout };

/**
 * Waits until the computation has finished or is gone, or until `until` (milliseconds since the epoch). Returns
 * nothing: the caller reads what it answers.
 */
export const waitForEnd = async (
  store: Pick<ComputationStore, 'read'>,
  key: ComputationKey,
  until: number,
  time = systemTime,
): Promise<void> => {
  const begun = time.now();
  for (;;) {
    const computation: Computation | undefined = await store.read(key);
    const now = time.now();
    if (computation === undefined || !isActive(computation) || now >= until) return;
    await time.sleep(Math.min(pauseAfter(now - begun), until - now));
  }
};
