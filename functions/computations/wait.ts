import { setTimeout } from 'node:timers/promises';
import { type Computation, type ComputationKey, isActive } from '../lib/engine/computation.ts';
import type { ComputationStore } from '../lib/engine/ports.ts';
import { preferWait } from '../lib/http/prefer.ts';
import type { Request } from '../lib/middleware/http.ts';

/** The longest wait that is granted, in seconds: with it an answer stays below API Gateway's 30. */
const LONGEST_WAIT = 25;

/** The pauses between two reads, in milliseconds: short at first, for what is soon done. */
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 1_000;

/** The seconds that `Prefer: wait=N` is granted; undefined where nothing is asked for. */
export const grantedWait = (request: Pick<Request<unknown, unknown, unknown>, 'header'>) => {
  const asked = preferWait(request);
  return asked === undefined ? undefined : Math.min(asked, LONGEST_WAIT);
};

/**
 * Waits until the computation has finished or is gone, or until `until` (milliseconds since the epoch). Returns
 * nothing: the caller reads what it answers.
 */
export const waitForEnd = async (
  store: Pick<ComputationStore, 'read'>,
  key: ComputationKey,
  until: number,
): Promise<void> => {
  let pause = FIRST_PAUSE;
  for (;;) {
    const computation: Computation | undefined = await store.read(key);
    const left = until - Date.now();
    if (computation === undefined || !isActive(computation) || left <= 0) return;
    await setTimeout(Math.min(pause, left));
    pause = Math.min(pause * 1.5, LONGEST_PAUSE);
  }
};
