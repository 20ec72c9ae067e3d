import type { WorkQueue } from '../engine/ports.ts';
import { once } from '../lazy.ts';

/**
 * The work queue in SQS, whose client is loaded and made when something is first sent: most parts, most requests and
 * most sweeps send nothing, and their instances start a tenth faster.
 */
export const onDemandQueue = (queueUrl: string) => {
  const loaded = once(async () => {
    const [{ sqsClient }, { changeVisibility, sqsWorkQueue }] = await Promise.all([
      import('./sqs-client.ts'),
      import('./work-queue.ts'),
    ]);
    return { queue: sqsWorkQueue(sqsClient, queueUrl), hide: changeVisibility(sqsClient, queueUrl) };
  });
  const queue: WorkQueue = { send: async (messages) => (await loaded()).queue.send(messages) };
  return {
    queue,
    /** Makes a received message visible again after so many seconds. */
    changeVisibility: async (receiptHandle: string, seconds: number): Promise<void> =>
      (await loaded()).hide(receiptHandle, seconds),
  };
};
