import type { WorkQueue } from '../engine/ports.ts';
import { lazy } from '../lazy.ts';

/**
 * The work queue in SQS, whose client is loaded and made when something is first sent. Most parts, requests and sweeps
 * send nothing, and their instances start a tenth faster.
 */
export const lazyWorkQueue = (queueUrl: string) => {
  const loaded = lazy(async () => (await import('./sqs-queue.ts')).sqsQueue(queueUrl));
  const queue: WorkQueue = { send: async (messages) => (await loaded()).queue.send(messages) };
  return {
    queue,
    /** Makes a received message visible again after so many seconds. */
    changeVisibility: async (receiptHandle: string, seconds: number): Promise<void> =>
      (await loaded()).changeVisibility(receiptHandle, seconds),
  };
};
