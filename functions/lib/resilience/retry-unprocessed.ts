import { setTimeout } from 'node:timers/promises';

/** How often a request is made for one batch, the SDK's own retries included: the two never multiply. */
const MAX_ATTEMPTS = 5;

/** Waits somewhere between no time and so many milliseconds. */
export type Pause = (maxMs: number) => unknown;

const pauseUpTo: Pause = (maxMs) => setTimeout(maxMs * Math.random());

/** What a service did with a part of a batch. */
export interface Answered<T> {
  /** What it left undone and should be asked for again. */
  readonly left: readonly T[];
  /** How often the SDK asked until it got this answer. */
  readonly attempts: number | undefined;
}

/**
 * Asks for a batch, and again for what the service left of it, with exponential backoff and full jitter.
 * @throws what the request throws; an error that counts as throttling when something is left in the end
 */
export const retryUnprocessed = async <T>(
  batch: readonly T[],
  request: (entries: readonly T[]) => Promise<Answered<T>>,
  pause = pauseUpTo,
): Promise<void> => {
  let entries = batch;
  for (let attempts = 0; entries.length > 0; ) {
    const answer = await request(entries);
    entries = answer.left;
    attempts += answer.attempts ?? 1;
    if (entries.length === 0) return;
    if (attempts >= MAX_ATTEMPTS) throw new BatchUnfinished(entries.length);
    await pause(50 * 2 ** attempts);
  }
};

/** A service took a part of a batch only, each time. Marked as the SDK marks what may be tried again. */
class BatchUnfinished extends Error {
  override readonly name = 'BatchUnfinished';
  readonly $retryable = { throttling: true };

  constructor(left: number) {
    super(`${left} entries of a batch were left undone`);
  }
}
