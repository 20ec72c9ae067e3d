import type { MiddlewareObj } from '@middy/core';
import type { SQSRecord } from 'aws-lambda';
import { errorFields, log } from '../observability/log.ts';

/** SQS allows a visibility timeout of twelve hours at most. */
const MAX_VISIBILITY_SECONDS = 12 * 60 * 60;

export interface RetryOptions {
  /** Seconds until the record is received again. */
  retryDelaySeconds(error: unknown, receiveCount: number): number;
  changeVisibility(record: SQSRecord, seconds: number): Promise<void>;
}

/**
 * Turns an error into a failed record that becomes visible again after its delay. Where the delay cannot be set, the
 * record fails all the same and becomes visible when the queue's visibility timeout ends, as it does without options.
 */
export const retryLater = (options?: RetryOptions): MiddlewareObj<SQSRecord, 'done' | 'failed'> => ({
  onError: async (request) => {
    const record = request.event;
    request.response = 'failed';
    if (options === undefined) return;
    try {
      const delay = options.retryDelaySeconds(
        request.error,
        Number(record.attributes.ApproximateReceiveCount),
      );
      await options.changeVisibility(record, Math.min(MAX_VISIBILITY_SECONDS, Math.max(0, Math.ceil(delay))));
    } catch (error) {
      log.warn('visibility not changed', errorFields(error));
    }
  },
});
