import { setTimeout as delay } from 'node:timers/promises';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { accessKeyOf } from '../iam/roles.ts';
import type { FunctionDefinition } from '../lambda/definition.ts';
import type { Outcome } from '../lambda/outcome.ts';
import { AutoResetEvent } from './auto-reset-event.ts';
import { succeeded } from './batch-response.ts';
import type { Message, QueueDefinition, Sqs } from './sqs.ts';

export interface EventSourceMapping {
  readonly queue: QueueDefinition;
  readonly function: FunctionDefinition;
  readonly isEnabled: boolean;
  readonly batchSize: number;
  readonly windowSeconds: number;
  /** Invocations at once; undefined: as many as the function has instances. */
  readonly maximumConcurrency: number | undefined;
  readonly reportsBatchItemFailures: boolean;
}

export interface EventSourceOptions {
  readonly mapping: EventSourceMapping;
  readonly lambda: { readonly maxInstances: number; invoke(payload: string): Promise<Outcome> };
  readonly sqs: Sqs;
  readonly region: string;
}

export interface EventSource {
  /** Takes no more messages; resolves when the invocations under way have ended. */
  stop(): Promise<void>;
}

/** How soon a message is seen that nobody announced: one whose visibility timeout or delay has passed. */
const lookMilliseconds = 1_000;
/** Between two attempts to invoke a function that is throttled. */
const throttledMilliseconds = 500;

/**
 * An event source mapping: takes messages from the queue as long as the function may run more batches, invokes it
 * with each, and deletes what succeeded. What did not becomes visible again when its visibility timeout passes.
 */
export const startEventSource = ({ mapping, lambda, sqs, region }: EventSourceOptions): EventSource => {
  const { queue, batchSize, windowSeconds, reportsBatchItemFailures } = mapping;
  const maximum = mapping.maximumConcurrency ?? lambda.maxInstances;
  const accessKey = accessKeyOf(mapping.function); // Lambda reads the queue with the function's role
  const arrival = new AutoResetEvent();
  const ended = new AutoResetEvent();
  const deliveries = new Set<Promise<void>>();
  const stopping = new AbortController();
  sqs.onArrival(queue.name, () => arrival.set());

  const receive = async (count: number): Promise<Message[]> => {
    const { Messages = [] } = await sqs.call<{ Messages?: Message[] }>(
      'ReceiveMessage',
      {
        QueueUrl: queue.url,
        MaxNumberOfMessages: Math.min(10, count),
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      },
      accessKey,
    );
    return Messages;
  };

  /** Messages for one invocation or several; none when the queue has none. */
  const collect = async (): Promise<Message[]> => {
    if (windowSeconds === 0) return receive(batchSize * (maximum - deliveries.size));
    const messages = await receive(batchSize);
    const end = Date.now() + windowSeconds * 1_000;
    while (messages.length > 0 && messages.length < batchSize && !stopping.signal.aborted) {
      const left = end - Date.now();
      if (left <= 0) break;
      await arrival.wait(Math.min(left, lookMilliseconds));
      messages.push(...(await receive(batchSize - messages.length)));
    }
    return messages;
  };

  const deliver = async (messages: readonly Message[]): Promise<void> => {
    const event: SQSEvent = { Records: messages.map((message) => recordOf(message, queue.arn, region)) };
    const payload = JSON.stringify(event);
    const end = Date.now() + queue.visibilityTimeoutSeconds * 1_000;
    let outcome = await lambda.invoke(payload);
    while (outcome.kind === 'throttled' && !stopping.signal.aborted && Date.now() < end) {
      await delay(throttledMilliseconds, undefined, { signal: stopping.signal }).catch(() => {});
      outcome = await lambda.invoke(payload);
    }
    if (outcome.kind !== 'success') return;
    const done = reportsBatchItemFailures ? succeeded(messages, outcome.payload) : messages;
    for (let first = 0; first < done.length; first += 10) {
      const Entries = done
        .slice(first, first + 10)
        .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await sqs.call('DeleteMessageBatch', { QueueUrl: queue.url, Entries }, accessKey);
    }
  };

  const poll = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      if (deliveries.size >= maximum) {
        await ended.wait();
        continue;
      }
      const messages = await collect();
      if (messages.length === 0) await arrival.wait(lookMilliseconds);
      for (let first = 0; first < messages.length; first += batchSize) {
        const delivery = deliver(messages.slice(first, first + batchSize)).finally(() => {
          deliveries.delete(delivery);
          ended.set();
        });
        deliveries.add(delivery);
      }
    }
  };

  const polling = poll();
  return {
    stop: async () => {
      stopping.abort();
      arrival.set();
      ended.set();
      await polling;
      await Promise.all(deliveries);
    },
  };
};

const recordOf = (message: Message, eventSourceARN: string, awsRegion: string): SQSRecord => ({
  messageId: message.MessageId,
  receiptHandle: message.ReceiptHandle,
  body: message.Body,
  attributes: message.Attributes as SQSRecord['attributes'] & Message['Attributes'],
  messageAttributes: Object.fromEntries(
    Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
      name,
      {
        ...(value.StringValue !== undefined && { stringValue: value.StringValue }),
        ...(value.BinaryValue !== undefined && { binaryValue: value.BinaryValue }),
        stringListValues: [],
        binaryListValues: [],
        dataType: value.DataType,
      },
    ]),
  ),
  md5OfBody: message.MD5OfBody,
  eventSource: 'aws:sqs',
  eventSourceARN,
  awsRegion,
});
