import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { inLogContext } from '../observability/context.ts';
import { withDeadline } from '../resilience/invocation.ts';
import { messageLog } from './message-log.ts';
import { type RetryOptions, retryLater } from './retry-later.ts';

/** What the work on a message may know of it. */
export interface MessageContext {
  readonly messageId: string;
  /** How often the message has been received, this time included: 1 the first time. */
  readonly receiveCount: number;
  /** The invocation's. */
  readonly requestId: string;
  /** Milliseconds until Lambda ends this invocation. */
  remainingMs(): number;
}

/**
 * The one composition for a queue: runs `work` for each record, one after another. An error makes its own record a
 * batch item failure and no other, and sets when the record is received again (without `retry`: when the queue's
 * visibility timeout ends). The event source mapping must have `ReportBatchItemFailures`.
 */
export const sqsHandler = (
  work: (body: string, context: MessageContext) => Promise<void>,
  retry?: RetryOptions,
): ((event: SQSEvent, context: Context) => Promise<SQSBatchResponse>) => {
  // A record that times out is received again after the queue's visibility timeout, so middy need not end it early.
  const message = middy<SQSRecord, 'done' | 'failed'>({ timeoutEarlyInMillis: 0 })
    .use(messageLog())
    .use(retryLater(retry))
    .handler(async (record: SQSRecord, context: Context) => {
      await work(record.body, {
        messageId: record.messageId,
        receiveCount: Number(record.attributes.ApproximateReceiveCount),
        requestId: context.awsRequestId,
        remainingMs: () => context.getRemainingTimeInMillis(),
      });
      return 'done' as const;
    });

  return withDeadline(async (event: SQSEvent, context: Context) => {
    const batchItemFailures: { itemIdentifier: string }[] = [];
    for (const record of event.Records) {
      const { requestId, traceId } = record.messageAttributes;
      const fields = {
        requestId: requestId?.stringValue,
        traceId: traceId?.stringValue,
        messageId: record.messageId,
        tenant: record.attributes.MessageGroupId,
      };
      const status = await inLogContext(context, fields, () => message(record, context));
      if (status === 'failed') {
        batchItemFailures.push({ itemIdentifier: record.messageId });
      }
    }
    return { batchItemFailures };
  });
};
