import {
  ChangeMessageVisibilityCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { changeVisibility, sqsWorkQueue } from '../../../functions/lib/aws/work-queue.ts';
import type { WorkQueue } from '../../../functions/lib/engine/ports.ts';
import { INVARIANT } from '../checks/invariants.ts';
import type { Instance } from './invocation.ts';
import { LATER_FORMAT, THIS_FORMAT, taskOf } from './message.ts';
import type { Platform } from './platform.ts';
import { checkBatch } from './sqs.ts';

/** How likely each entry of a batch is the one that is refused, and to be sent before the sending fails. */
const REFUSED = 0.3;
const SENT = 0.5;

const speaksLaterFormat = ({ world }: Platform, instance: Instance): boolean =>
  instance.version === 'new' && world.profile.deployment?.format === true;

/** The body as the instance's version writes it: a new one may have a format that the old one does not know. */
const written = (platform: Platform, instance: Instance, body: string): string =>
  speaksLaterFormat(platform, instance) ? body.replace(THIS_FORMAT, LATER_FORMAT) : body;

/** The body as the engine of the instance's version reads it: a new one knows the format before its own too. */
export const readable = (platform: Platform, instance: Instance, body: string): string =>
  speaksLaterFormat(platform, instance) ? body.replace(LATER_FORMAT, THIS_FORMAT) : body;

/** The queue as the functions use it in production, on a client that reaches the simulated one over the network. */
export const queuePort = (platform: Platform, instance: Instance): WorkQueue => {
  const { world, purpose } = platform;
  const client = {
    send: async (command: unknown) => {
      if (!(command instanceof SendMessageBatchCommand)) throw new Error('not a batch of messages');
      return sendBatch(platform, instance, command.input.Entries ?? []);
    },
  } as unknown as SQSClient;
  const pause = (maxMs: number) =>
    new Promise<void>((resolve) => {
      world.scheduler.after(world.dice.uniform() * maxMs, resolve);
    });
  const queue = sqsWorkQueue(client, 'work', pause);
  return {
    send: (messages) => {
      const by = instance.current;
      by.sends += 1;
      for (const message of messages) purpose.asks(by, message);
      return queue.send(messages);
    },
  };
};

const sendBatch = async (
  platform: Platform,
  instance: Instance,
  entries: readonly SendMessageBatchRequestEntry[],
) => {
  const { world, network, purpose } = platform;
  const by = instance.current;
  checkBatch(entries);
  for (const { MessageBody = '', MessageGroupId } of entries) {
    purpose.offers(by, MessageBody);
    if (taskOf(MessageBody)?.tenant !== MessageGroupId) {
      world.violate(INVARIANT.tenants, `${by.name} sends for one tenant in the group of another`);
    }
  }
  const take = ({ MessageBody = '' }: SendMessageBatchRequestEntry) =>
    platform.post(written(platform, instance, MessageBody), by);
  const failed = await network.call(by, {
    name: `send ${entries.length}`,
    service: 'queue',
    kind: 'send',
    apply: async () => {
      const someRefused = world.faults.occurs('send accepted some entries');
      const refused = entries.filter(() => someRefused && world.dice.chance(REFUSED));
      for (const entry of entries) if (!refused.includes(entry)) take(entry);
      return refused;
    },
    applyHalf: () => {
      for (const entry of entries) if (world.dice.chance(SENT)) take(entry);
    },
    show: (refused) => (refused.length === 0 ? 'taken' : `${refused.length} refused`),
  });
  if (failed.length > 0) by.queueErrors += 1;
  for (const entry of entries) if (!failed.includes(entry)) purpose.taken(by, entry.MessageBody ?? '');
  const understood = platform.decorators.refused?.(failed, entries) ?? failed;
  return { Failed: understood.map(({ Id }) => ({ Id })), $metadata: {} };
};

/** Shows a message of the work queue again after so many seconds, as the worker's handler does. */
export const hidePort = ({ network, queue }: Platform, instance: Instance) => {
  const client = {
    send: (command: unknown) => {
      if (!(command instanceof ChangeMessageVisibilityCommand)) throw new Error('not a change of visibility');
      const { ReceiptHandle = '', VisibilityTimeout = 0 } = command.input;
      return network.call(instance.current, {
        name: `show again after ${VisibilityTimeout} s`,
        service: 'queue',
        kind: 'send',
        apply: async () => queue.changeVisibility(ReceiptHandle, VisibilityTimeout * 1_000),
      });
    },
  } as unknown as SQSClient;
  return changeVisibility(client, 'work');
};
