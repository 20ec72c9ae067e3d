import {
  ChangeMessageVisibilityCommand,
  type MessageAttributeValue,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { FAN_OUT } from '../engine/limits.ts';
import { encodeMessage } from '../engine/message.ts';
import type { WorkQueue } from '../engine/ports.ts';
import { logFields } from '../observability/context.ts';
import { type Pause, retryUnprocessed } from '../resilience/retry-unprocessed.ts';

/**
 * The work queue in SQS. The tenant is the message group, so that fair queues keep one tenant's many parts from holding
 * up another's few. `pause` waits before entries that SQS did not accept are sent again; a simulation waits in its own
 * time.
 */
export const sqsWorkQueue = (client: SQSClient, queueUrl: string, pause?: Pause): WorkQueue => ({
  async send(messages) {
    for (let first = 0; first < messages.length; first += FAN_OUT) {
      const batch = messages.slice(first, first + FAN_OUT).map(
        (message, at): SendMessageBatchRequestEntry => ({
          Id: String(at),
          MessageBody: encodeMessage(message),
          MessageGroupId: message.tenant,
          MessageAttributes: traceAttributes(),
        }),
      );
      const request = async (entries: readonly SendMessageBatchRequestEntry[]) => {
        const { Failed = [], $metadata } = await client.send(
          new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: [...entries] }),
        );
        const failed = new Set(Failed.map(({ Id }) => Id));
        return { unprocessed: entries.filter(({ Id }) => failed.has(Id)), attempts: $metadata?.attempts };
      };
      await retryUnprocessed(batch, request, pause);
    }
  },
});

/** The ids that connect the log lines of a message's receiver with those of the request that began the work. */
const traceAttributes = (): Record<string, MessageAttributeValue> => {
  const { requestId, traceId } = logFields();
  const values = Object.entries({ requestId, traceId }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(values.map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]));
};

/** Makes a received message visible again after so many seconds. */
export const changeVisibility =
  (client: SQSClient, queueUrl: string) =>
  async (receiptHandle: string, seconds: number): Promise<void> => {
    await client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: queueUrl,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: seconds,
      }),
    );
  };
