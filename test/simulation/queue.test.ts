import {
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeVisibility, sqsWorkQueue } from '../../functions/lib/aws/work-queue.ts';
import type { WorkMessage } from '../../functions/lib/engine/message.ts';
import { type Sqs, startSqs } from '../../infra/local/queue/sqs.ts';
import { SimulatedQueue } from './world/sqs.ts';
import { simulatedSqsClient } from './world/sqs-client.ts';

/** A work queue whose third receive of a message is not, because it is a dead letter then. */
interface Queues {
  readonly client: SQSClient;
  readonly url: string;
  readonly deadLettersUrl: string;
}

let sqs: Sqs;
let realClient: SQSClient;
let made = 0;

beforeAll(async () => {
  sqs = await startSqs('us-east-1');
  realClient = new SQSClient({
    endpoint: sqs.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
});
afterAll(async () => {
  realClient.destroy();
  await sqs.stop();
});

const createReal = async (): Promise<Queues> => {
  made += 1;
  const create = (QueueName: string, Attributes: Record<string, string>) =>
    sqs.call<{ QueueUrl: string }>('CreateQueue', { QueueName, Attributes });
  const letters = await create(`letters-${made}`, {});
  const work = await create(`work-${made}`, {
    VisibilityTimeout: '360',
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: `arn:aws:sqs:us-east-1:000000000000:letters-${made}`,
      maxReceiveCount: 2,
    }),
  });
  return { client: realClient, url: work.QueueUrl, deadLettersUrl: letters.QueueUrl };
};

/** Virtual time stands still, as the real one does for a test of milliseconds; order is that of sending. */
const createSimulated = async (): Promise<Queues> => {
  const options = { now: () => 0, visibilityMs: 360_000, pick: () => 0 };
  const letters = new SimulatedQueue(options);
  const work = new SimulatedQueue({
    ...options,
    redrive: { maxReceiveCount: 2, deadLetters: letters },
  });
  return { client: simulatedSqsClient({ work, letters }), url: 'work', deadLettersUrl: 'letters' };
};

const message = (index: number): WorkMessage => ({
  kind: 'node',
  tenant: 'tenant',
  id: 'id',
  epoch: 'epoch',
  attempt: 1,
  parts: 1_000,
  level: 0,
  index,
});

/** The queues by what a test does with them, each message by the number of its part. */
const handle = ({ client, url, deadLettersUrl }: Queues) => {
  const receiveFrom = async (QueueUrl: string, MaxNumberOfMessages: number, VisibilityTimeout?: number) => {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages,
        VisibilityTimeout,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      }),
    );
    return Messages.map(({ Body = '', ReceiptHandle = '', Attributes }) => ({
      part: Number(JSON.parse(Body).index),
      count: Number(Attributes?.ApproximateReceiveCount),
      receipt: ReceiptHandle,
    }));
  };
  return {
    send: (...parts: number[]) => sqsWorkQueue(client, url).send(parts.map(message)),
    sendBatch: (ids: string[]) =>
      client.send(
        new SendMessageBatchCommand({
          QueueUrl: url,
          Entries: ids.map((Id) => ({ Id, MessageBody: '{"index":0}' })),
        }),
      ),
    receive: (most = 10, visibility?: number) => receiveFrom(url, most, visibility),
    deadLetters: async () => (await receiveFrom(deadLettersUrl, 10)).map(({ part }) => part),
    remove: (ReceiptHandle: string) =>
      client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle })),
    hide: changeVisibility(client, url),
  };
};

const partsOf = (received: readonly { part: number }[]) =>
  received.map(({ part }) => part).sort((a, b) => a - b);

describe.each([
  ['simulated', createSimulated],
  ['of fauxqs', createReal],
])('the queue %s', (_, create) => {
  const fresh = async () => handle(await create());

  it('hands out each message once, and hides it then', async () => {
    const { send, receive } = await fresh();
    await send(1, 2, 3);
    expect(partsOf(await receive())).toEqual([1, 2, 3]);
    expect(await receive()).toEqual([]);
  });

  it('hands out no more at once than it is asked for, and no more than there are', async () => {
    const { send, receive } = await fresh();
    await send(1, 2, 3);
    expect(await receive(2)).toHaveLength(2);
    expect(await receive(2)).toHaveLength(1);
  });

  it('takes as many messages as the engine sends, ten at a time', async () => {
    const { send, receive } = await fresh();
    const parts = Array.from({ length: 23 }, (_, part) => part);
    await send(...parts);
    const received = [...(await receive()), ...(await receive()), ...(await receive())];
    expect(partsOf(received)).toEqual(parts);
  });

  it.each([
    ['empty', []],
    ['of more than ten', Array.from({ length: 11 }, (_, at) => String(at))],
    ['with an id twice', ['a', 'a']],
  ])('refuses a batch that is %s', async (_, ids) => {
    const { sendBatch } = await fresh();
    await expect(sendBatch(ids)).rejects.toThrow();
  });

  it('shows a message again when its visibility is changed to nothing, and counts its receives', async () => {
    const { send, receive, hide } = await fresh();
    await send(1);
    const [first] = await receive();
    expect(first?.count).toBe(1);
    await hide(first?.receipt ?? '', 0);
    expect(await receive()).toMatchObject([{ part: 1, count: 2 }]);
  });

  it('shows a message again at once that is received for no time', async () => {
    const { send, receive } = await fresh();
    await send(1);
    await receive(1, 0);
    expect(await receive(1)).toMatchObject([{ part: 1, count: 2 }]);
  });

  it('hides a message for longer when its visibility is changed to more', async () => {
    const { send, receive, hide } = await fresh();
    await send(1);
    const [first] = await receive(1, 1);
    await hide(first?.receipt ?? '', 3_600);
    expect(await receive()).toEqual([]);
  });

  it('never hands out again what was deleted', async () => {
    const { send, receive, remove, hide } = await fresh();
    await send(1, 2);
    const [first, second] = await receive();
    await remove(first?.receipt ?? '');
    await hide(second?.receipt ?? '', 0);
    expect(partsOf(await receive())).toEqual([second?.part]);
  });

  it('knows a message that was received again by its last receipt only', async () => {
    const { send, receive, remove, hide } = await fresh();
    await send(1);
    const [first] = await receive();
    await hide(first?.receipt ?? '', 0);
    const [again] = await receive();
    await remove(first?.receipt ?? '');
    await expect(hide(first?.receipt ?? '', 0)).rejects.toThrow();
    await expect(hide(again?.receipt ?? '', 3_600)).resolves.toBeUndefined();
  });

  it('makes a dead letter of what is asked for once more after it has been received too often', async () => {
    const { send, receive, deadLetters, hide } = await fresh();
    await send(1);
    for (let count = 1; count <= 2; count += 1) {
      const [received] = await receive();
      expect(received?.count).toBe(count);
      expect(await deadLetters()).toEqual([]);
      await hide(received?.receipt ?? '', 0);
    }
    expect(await receive()).toEqual([]);
    expect(await deadLetters()).toEqual([1]);
  });

  it('refuses to change the visibility of what nobody has', async () => {
    const { send, receive, remove, hide } = await fresh();
    await send(1);
    const [received] = await receive();
    await remove(received?.receipt ?? '');
    await expect(hide(received?.receipt ?? '', 0)).rejects.toThrow();
  });
});

type Step =
  | { readonly do: 'send'; readonly count: number }
  | { readonly do: 'receive'; readonly most: number }
  | { readonly do: 'remove'; readonly which: number }
  | { readonly do: 'hide'; readonly which: number; readonly seconds: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('send' as const), count: fc.integer({ min: 1, max: 12 }) }),
    fc.record({ do: fc.constant('receive' as const), most: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ do: fc.constant('remove' as const), which: fc.nat(9) }),
    fc.record({
      do: fc.constant('hide' as const),
      which: fc.nat(9),
      seconds: fc.constantFrom(0, 0, 0, 3_600),
    }),
  ),
  { minLength: 5, maxLength: 40 },
);

/** What the queue answered, step by step; the messages are numbered as they are sent, receipts as they are given. */
const play = async (queues: Queues, played: readonly Step[]): Promise<unknown[]> => {
  const { send, receive, remove, hide, deadLetters } = handle(queues);
  const receipts: string[] = [];
  const answers: unknown[] = [];
  let sent = 0;
  for (const step of played) {
    if (step.do === 'send') {
      await send(...Array.from({ length: step.count }, (_, at) => sent + at));
      sent += step.count;
    } else if (step.do === 'receive') {
      const received = await receive(step.most);
      receipts.push(...received.map(({ receipt }) => receipt));
      answers.push(received.map(({ part, count }) => `${part} for the ${count}. time`));
    } else {
      const receipt = receipts[step.which % Math.max(1, receipts.length)];
      if (receipt === undefined) continue;
      if (step.do === 'remove') await remove(receipt);
      else
        answers.push(
          await hide(receipt, step.seconds).then(
            () => 'hidden',
            () => 'refused',
          ),
        );
    }
  }
  answers.push(await deadLetters());
  return answers;
};

describe('the simulated queue', () => {
  it('does what fauxqs does, step by step', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (played) => {
        expect(await play(await createSimulated(), played)).toEqual(await play(await createReal(), played));
      }),
      { numRuns: 60 },
    );
  });
});
