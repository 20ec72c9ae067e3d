import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Platform } from '../../infra/local/platform.ts';
import { lambda, mapping, queue, run } from './stacks.ts';

const patiently = { timeout: 15_000, interval: 20 };

/** Writes each event that it gets to its log, as a line of JSON, then does what the statement says. */
const logging = (statement = '', properties: Record<string, unknown> = {}) =>
  lambda(
    `export const handler = async (event) => {
      console.log(JSON.stringify(event));
      const bodies = event.Records.map((record) => record.body);
      ${statement}
    };`,
    properties,
  );

const eventsOf = (platform: Platform): SQSEvent[] =>
  platform.logs.filter(({ line }) => line.startsWith('{"Records"')).map(({ line }) => JSON.parse(line));

const bodiesOf = (platform: Platform): string[] =>
  eventsOf(platform).flatMap(({ Records }) => Records.map(({ body }) => body));

const clientOf = ({ endpoint, region }: Platform): SQSClient => {
  const client = new SQSClient({
    endpoint: endpoint('sqs'),
    region,
    credentials: { accessKeyId: 'TEST', secretAccessKey: 'test' },
  });
  onTestFinished(() => client.destroy());
  return client;
};

const send = async (platform: Platform, ...bodies: string[]): Promise<void> => {
  const client = clientOf(platform);
  const [QueueUrl] = platform.queues.map(({ url }) => url);
  for (const MessageBody of bodies) await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
};

/** How many messages the queues hold, whatever their state. */
const held = (platform: Platform): Promise<number[]> =>
  Promise.all(
    platform.queues.map(async (each) => {
      const { ready, delayed, inFlight } = await each.depth();
      return ready + delayed + inFlight;
    }),
  );

const isEmpty = (platform: Platform) =>
  vi.waitFor(async () => expect((await held(platform)).every((count) => count === 0)).toBe(true), patiently);

describe('an event source mapping', () => {
  test('gives the function a message with every member that Lambda gives', async () => {
    const platform = await run({ Queue: queue(), Worker: logging(), Mapping: mapping('Queue', 'Worker') });

    await clientOf(platform).send(
      new SendMessageCommand({
        QueueUrl: platform.queues[0]?.url,
        MessageBody: 'hello',
        MessageAttributes: {
          word: { DataType: 'String', StringValue: 'yes' },
          bytes: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2]) },
        },
      }),
    );
    await vi.waitFor(() => expect(eventsOf(platform)).toHaveLength(1), patiently);

    expect(eventsOf(platform)[0]).toEqual({
      Records: [
        {
          messageId: expect.any(String),
          receiptHandle: expect.any(String),
          body: 'hello',
          attributes: {
            ApproximateReceiveCount: '1',
            SentTimestamp: expect.stringMatching(/^\d{13}$/),
            SenderId: expect.any(String),
            ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
          },
          messageAttributes: {
            word: { stringValue: 'yes', stringListValues: [], binaryListValues: [], dataType: 'String' },
            bytes: { binaryValue: 'AQI=', stringListValues: [], binaryListValues: [], dataType: 'Binary' },
          },
          md5OfBody: '5d41402abc4b2a76b9719d911017c592',
          eventSource: 'aws:sqs',
          eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:Test-Queue',
          awsRegion: 'us-east-1',
        },
      ],
    });
    await isEmpty(platform);
  });

  test('gives the function at most as many messages as its batch size', async () => {
    const platform = await run({
      Queue: queue({ DelaySeconds: 1 }), // so that all are there at once
      Worker: logging(),
      Mapping: mapping('Queue', 'Worker', { BatchSize: 2, ScalingConfig: { MaximumConcurrency: 2 } }),
    });

    await send(platform, '1', '2', '3', '4', '5');
    await isEmpty(platform);

    expect(bodiesOf(platform).sort()).toEqual(['1', '2', '3', '4', '5']);
    expect(Math.max(...eventsOf(platform).map(({ Records }) => Records.length))).toBe(2);
  });

  test('waits for its window to fill a batch', async () => {
    const platform = await run({
      Queue: queue(),
      Worker: logging(),
      Mapping: mapping('Queue', 'Worker', { BatchSize: 3, MaximumBatchingWindowInSeconds: 20 }),
    });

    await send(platform, '1', '2', '3');
    await vi.waitFor(() => expect(eventsOf(platform)).toHaveLength(1), patiently);

    expect(bodiesOf(platform)).toEqual(['1', '2', '3']);
  });

  test('gives the function what it has when its window has passed', async () => {
    const platform = await run({
      Queue: queue(),
      Worker: logging(),
      Mapping: mapping('Queue', 'Worker', { BatchSize: 3, MaximumBatchingWindowInSeconds: 1 }),
    });

    await send(platform, '1', '2');
    await isEmpty(platform);

    expect(bodiesOf(platform)).toEqual(['1', '2']);
  });

  test('runs no more batches at once than its maximum concurrency', async () => {
    const platform = await run({
      Queue: queue(),
      Worker: logging('await new Promise((resolve) => setTimeout(resolve, 50)); console.log("end");'),
      Mapping: mapping('Queue', 'Worker', { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } }),
    });

    await send(platform, ...Array.from({ length: 12 }, (_, index) => String(index)));
    await isEmpty(platform);

    const steps = platform.logs.map(({ line }): number => (line === 'end' ? -1 : 1));
    const running = steps.map((_, index) => steps.slice(0, index + 1).reduce((sum, step) => sum + step));
    expect(Math.max(...running)).toBeLessThanOrEqual(2);
    expect(platform.functions[0]?.instances).toBe(2);
  });

  test('gives the function a message as soon as it is sent', async () => {
    const platform = await run({ Queue: queue(), Worker: logging(), Mapping: mapping('Queue', 'Worker') });
    await send(platform, 'warm');
    await isEmpty(platform);

    const started = performance.now();
    for (let sent = 1; sent <= 8; sent += 1) {
      await send(platform, String(sent));
      await vi.waitFor(() => expect(eventsOf(platform)).toHaveLength(sent + 1), patiently);
    }

    // One that was only found by looking again each second would take twice as long.
    expect(performance.now() - started).toBeLessThan(4_000);
  });

  test('does nothing while it is disabled', async () => {
    const platform = await run({
      Queue: queue(),
      Worker: logging(),
      Mapping: mapping('Queue', 'Worker', { Enabled: false }),
    });

    const before = Date.now();
    await send(platform, '1');
    const between = Date.now();
    await send(platform, '2');

    const depth = await platform.queues[0]?.depth();
    expect(depth).toMatchObject({ ready: 2, delayed: 0, inFlight: 0 });
    expect(depth?.oldestSent).toBeGreaterThanOrEqual(before);
    expect(depth?.oldestSent).toBeLessThanOrEqual(between);
  });
});

describe('messages whose batch failed', () => {
  test.each([
    ['throws', 'throw new Error("no");'],
    ['crashes', 'process.exit(1);'],
    ['runs past its timeout', 'for (;;);'],
  ])('are received again after the visibility timeout when the function %s', async (_, statement) => {
    const platform = await run({
      Queue: queue({ VisibilityTimeout: 5 }), // longer than a new instance takes to start on a busy machine
      Worker: logging(`if (event.Records[0].attributes.ApproximateReceiveCount === '1') { ${statement} }`, {
        Timeout: 1,
      }),
      Mapping: mapping('Queue', 'Worker'),
    });

    await send(platform, 'again');
    await isEmpty(platform);

    const counts = eventsOf(platform).map(({ Records }) => Records[0]?.attributes.ApproximateReceiveCount);
    expect(counts).toEqual(['1', '2']);
  });

  test('become dead letters when they were received too often', async () => {
    const platform = await run({
      Queue: queue({
        VisibilityTimeout: 1,
        RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 2 },
      }),
      Dead: queue(),
      Worker: logging('throw new Error("no");', { Timeout: 1 }),
      Undertaker: logging(),
      Mapping: mapping('Queue', 'Worker'),
      DeadMapping: mapping('Dead', 'Undertaker'),
    });

    await send(platform, 'doomed');
    await isEmpty(platform);

    expect(platform.logs.filter(({ line }) => line.startsWith('{')).map(({ source }) => source)).toEqual([
      'Worker',
      'Worker',
      'Undertaker',
    ]);
  });
});

describe('partial batch responses', () => {
  test('make only the failed messages of a batch visible again', async () => {
    const platform = await run({
      Queue: queue({ VisibilityTimeout: 2 }),
      Worker: logging(
        `const failed = event.Records.filter(({ body, attributes }) =>
          body !== 'fine' && attributes.ApproximateReceiveCount === '1');
        return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };`,
        { Timeout: 2 },
      ),
      Mapping: mapping('Queue', 'Worker', {
        BatchSize: 3,
        MaximumBatchingWindowInSeconds: 1,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      }),
    });

    await send(platform, 'bad', 'fine', 'worse');
    await isEmpty(platform);

    expect(bodiesOf(platform).sort()).toEqual(['bad', 'bad', 'fine', 'worse', 'worse']);
  });

  test('are ignored when the mapping does not ask for them', async () => {
    const platform = await run({
      Queue: queue(),
      Worker: logging('return { batchItemFailures: [{ itemIdentifier: event.Records[0].messageId }] };'),
      Mapping: mapping('Queue', 'Worker'),
    });

    await send(platform, 'once');
    await isEmpty(platform);

    expect(bodiesOf(platform)).toEqual(['once']);
  });
});
