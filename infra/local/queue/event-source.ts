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

/** How soon a message is seen that nobody announced: one whose visibility timeout or delay has passed. */
const pollMilliseconds = 1_000;
/** Between two attempts to invoke a function that is throttled. */
const throttledMilliseconds = 500;
/** SQS receives and deletes at most so many messages at once. */
const maxBatch = 10;

/**
 * An event source mapping: takes messages from the queue as long as the function may run more batches, invokes it
 * with each, and deletes what succeeded. What did not becomes visible again when its visibility timeout passes.
 */
export class EventSource {
  readonly #options: EventSourceOptions;
  readonly #arrival = new AutoResetEvent();
  readonly #delivered = new AutoResetEvent();
  readonly #deliveries = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  readonly #polling: Promise<void>;

  constructor(options: EventSourceOptions) {
    this.#options = options;
    options.sqs.onArrival(options.mapping.queue.name, () => this.#arrival.set());
    this.#polling = this.#poll();
  }

  /** Takes no more messages; resolves when the invocations under way have ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#arrival.set();
    this.#delivered.set();
    await this.#polling;
    await Promise.all(this.#deliveries);
  }

  /** Batches at once. */
  get #maximumConcurrency(): number {
    const { mapping, lambda } = this.#options;
    return mapping.maximumConcurrency ?? lambda.maxInstances;
  }

  async #poll(): Promise<void> {
    const { batchSize } = this.#options.mapping;
    while (!this.#stopping.signal.aborted) {
      if (this.#deliveries.size >= this.#maximumConcurrency) {
        await this.#delivered.wait();
        continue;
      }
      const messages = await this.#collect();
      if (messages.length === 0) await this.#arrival.wait(pollMilliseconds);
      for (let first = 0; first < messages.length; first += batchSize) {
        const delivery = this.#deliver(messages.slice(first, first + batchSize)).finally(() => {
          this.#deliveries.delete(delivery);
          this.#delivered.set();
        });
        this.#deliveries.add(delivery);
      }
    }
  }

  /** Messages for one invocation or several; none when the queue has none. */
  async #collect(): Promise<Message[]> {
    const { batchSize, windowSeconds } = this.#options.mapping;
    if (windowSeconds === 0)
      return this.#receive(batchSize * (this.#maximumConcurrency - this.#deliveries.size));
    const messages = await this.#receive(batchSize);
    const end = Date.now() + windowSeconds * 1_000;
    while (messages.length > 0 && messages.length < batchSize && !this.#stopping.signal.aborted) {
      const left = end - Date.now();
      if (left <= 0) break;
      await this.#arrival.wait(Math.min(left, pollMilliseconds));
      messages.push(...(await this.#receive(batchSize - messages.length)));
    }
    return messages;
  }

  async #receive(count: number): Promise<Message[]> {
    const { Messages = [] } = await this.#call<{ Messages?: Message[] }>('ReceiveMessage', {
      MaxNumberOfMessages: Math.min(maxBatch, count),
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    return Messages;
  }

  async #deliver(messages: readonly Message[]): Promise<void> {
    const { mapping, lambda, region } = this.#options;
    const event: SQSEvent = {
      Records: messages.map((message) => recordOf(message, mapping.queue.arn, region)),
    };
    const payload = JSON.stringify(event);
    const { signal } = this.#stopping;
    const end = Date.now() + mapping.queue.visibilityTimeoutSeconds * 1_000;
    let outcome = await lambda.invoke(payload);
    while (outcome.kind === 'throttled' && !signal.aborted && Date.now() < end) {
      await delay(throttledMilliseconds, undefined, { signal }).catch(() => {});
      outcome = await lambda.invoke(payload);
    }
    if (outcome.kind !== 'success') return;
    const done = mapping.reportsBatchItemFailures ? succeeded(messages, outcome.payload) : messages;
    for (let first = 0; first < done.length; first += maxBatch) {
      const Entries = done
        .slice(first, first + maxBatch)
        .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await this.#call('DeleteMessageBatch', { Entries });
    }
  }

  /** A request about the queue with the function's role, as Lambda makes it. */
  #call<T>(action: string, body: object): Promise<T> {
    const { mapping, sqs } = this.#options;
    return sqs.call(action, { QueueUrl: mapping.queue.url, ...body }, accessKeyOf(mapping.function));
  }
}

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
