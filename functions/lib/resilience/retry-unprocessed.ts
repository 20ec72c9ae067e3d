import { setTimeout } from 'node:timers/promises';

/** Most requests for one batch, the SDK's own retries included: the two never multiply. */
const MAX_ATTEMPTS = 5;

/** Waits somewhere between no time and so many milliseconds. */
export type Pause = (maxMs: number) => unknown;

const pauseUpTo: Pause = (maxMs) => setTimeout(maxMs * Math.random());

/** A service's answer to a batch. */
export interface BatchAnswer<T> {
  /** The entries that it did not process, to be sent again. */
  readonly unprocessed: readonly T[];
  /** How many attempts the SDK needed for this answer. */
  readonly attempts: number | undefined;
}

/**
 * Sends a batch, and again what the service did not process of it, with exponential backoff and full jitter.
 * @throws what the request throws; an error that counts as throttling when something stays unprocessed
 */
export const retryUnprocessed = async <T>(
  batch: readonly T[],
  request: (entries: readonly T[]) => Promise<BatchAnswer<T>>,
  pause = pauseUpTo,
): Promise<void> => {
  let entries = batch;
  for (let attempts = 0; entries.length > 0; ) {
    const answer = await request(entries);
    entries = answer.unprocessed;
    attempts += answer.attempts ?? 1;
    if (entries.length === 0) return;
    if (attempts >= MAX_ATTEMPTS) throw new UnprocessedEntriesError(entries.length);
    await pause(50 * 2 ** attempts);
  }
};

/** A service processed only a part of a batch, each time. Marked as the SDK marks what may be tried again. */
class UnprocessedEntriesError extends Error {
  override readonly name = 'UnprocessedEntriesError';
  readonly $retryable = { throttling: true };

  constructor(count: number) {
    super(`${count} entries of a batch were not processed`);
  }
}
