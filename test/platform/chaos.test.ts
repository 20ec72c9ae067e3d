import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Chaos, chaos } from '../../infra/local/chaos/chaos.ts';
import { chaosOption } from '../../infra/local/chaos/option.ts';
import { type ChaosInput, readChaosFile } from '../../infra/local/chaos/settings.ts';
import { createQueue, type Sqs, startSqs } from '../../infra/local/queue/sqs.ts';
import { lambda, run } from './stacks.ts';

describe('a chaos file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spillway-chaos-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const read = async (text: string) => {
    const file = join(folder, 'chaos.json');
    await writeFile(file, text);
    return readChaosFile(file).catch((error: Error) => error.message.replace(file, 'FILE'));
  };

  it('may leave out what is not to happen', async () => {
    expect(await read('{"sqs":{"duplicated":0.5}}')).toMatchObject({
      seed: 1,
      dynamodb: { throttled: 0, unanswered: 0 },
      sqs: { duplicated: 0.5, delayed: 0 },
      functions: {},
    });
  });

  it.each([
    ['{"dynamo":{}}', '--chaos FILE: there is no dynamo.'],
    ['{"dynamodb":{"lots":1}}', '--chaos FILE: dynamodb: there is no lots.'],
    ['{"sqs":{"lost":2}}', /^--chaos FILE: sqs: lost: /],
    ['{', /^--chaos FILE: .*JSON/],
  ])('%s is refused in a sentence that names the place', async (text, sentence) => {
    expect(await read(text)).toEqual(
      typeof sentence === 'string' ? sentence : expect.stringMatching(sentence),
    );
  });

  it('that does not exist is named', async () => {
    await expect(readChaosFile(join(folder, 'nothing'))).rejects.toThrow('no such file');
  });
});

describe('chaos', () => {
  let sqs: Sqs;
  const ends: (() => unknown)[] = [];
  beforeEach(async () => {
    sqs = await startSqs('us-east-1');
    ends.push(sqs.stop);
    await createQueue(sqs, { name: 'q', attributes: { VisibilityTimeout: '30' } });
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  /** Sends a batch of four messages, and gives what came of it and what the queue then has. */
  const send = async (rates: ChaosInput['sqs']) => {
    const plugin = chaos({ sqs: rates });
    const interception = await plugin.interceptService?.('sqs', sqs.endpoint);
    if (interception === undefined) throw new Error('chaos stands before SQS');
    const { endpoint, stop } = interception;
    ends.push(stop);
    const client = new SQSClient({
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    });
    ends.push(() => client.destroy());
    const Entries = ['1', '2', '3', '4'].map((Id) => ({ Id, MessageBody: Id }));
    const outcome = await client
      .send(new SendMessageBatchCommand({ QueueUrl: `${endpoint}/000000000000/q`, Entries }))
      .then(({ Successful = [] }) => Successful.length)
      .catch(({ name }: Error) => name);
    const { ready, delayed } = await sqs.depth('q');
    return { outcome, ready, delayed, faults: Object.fromEntries(plugin.faults) };
  };

  it.each([
    [{}, { outcome: 4, ready: 4, delayed: 0, faults: {} }],
    [
      { throttled: 1 },
      { outcome: 'ThrottlingException', ready: 0, delayed: 0, faults: { 'sqs throttled': 1 } },
    ],
    [{ failed: 1 }, { outcome: 'InternalServerError', ready: 0, delayed: 0, faults: { 'sqs failed': 1 } }],
    [{ lost: 1 }, { outcome: expect.any(String), ready: 0, delayed: 0, faults: { 'sqs lost': 1 } }],
    [
      { unanswered: 1 },
      { outcome: expect.any(String), ready: 4, delayed: 0, faults: { 'sqs unanswered': 1 } },
    ],
    [
      { slow: 1, slowMilliseconds: 1 },
      { outcome: 4, ready: 4, delayed: 0, faults: { 'sqs slow': 1 } },
    ],
    [{ duplicated: 1 }, { outcome: 4, ready: 8, delayed: 0, faults: { 'sqs duplicated': 4 } }],
  ])('with %o does that to a batch of messages', async (faults, expected) => {
    expect(await send(faults)).toEqual(expected);
  });

  it('hides messages that are delayed', async () => {
    const { outcome, ready, delayed } = await send({ delayed: 1, delaySeconds: 900 });
    expect(outcome).toBe(4);
    expect({ ready, delayed }).toEqual({ ready: 0, delayed: 4 });
  });

  it('draws the same faults from the same seed, and others from another', () => {
    const worker = { logicalId: 'W', name: 'w', label: 'worker' };
    const draw = (seed: number) => {
      const plugin: Chaos = chaos({ seed, functions: { worker: { killed: 0.5 } } });
      return Array.from({ length: 50 }, () => plugin.killAfter?.(worker));
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });
});

it('is an option of the command line that reads the settings from a file', async () => {
  await expect(chaosOption.plugin('/nothing.json')).rejects.toThrow('--chaos /nothing.json: ENOENT');
  expect(chaosOption).toMatchObject({ name: 'chaos', argument: 'FILE' });
});

describe('a platform with chaos', () => {
  const echo = { Echo: lambda('export const handler = () => new Promise(() => {});') };

  it('kills instances of the functions in its settings, and counts that on the page', async () => {
    const plugin = chaos({ functions: { Echo: { killed: 1, killMilliseconds: 10 } } });
    const platform = await run(echo, { plugins: [plugin] });

    await expect(platform.invoke('Echo', {})).rejects.toThrow('signal: killed');

    const state = await (await fetch(`${platform.url}/_local/state`)).json();
    expect(state).toMatchObject({ panels: { faults: { 'Echo killed': 1 } } });
  });

  it.each(['Other', 'toString'])('does not start when there is no function %s to kill', async (label) => {
    const plugin = chaos({ functions: { [label]: { killed: 1 } } });

    await expect(run(echo, { plugins: [plugin] })).rejects.toThrow(
      `Chaos kills instances of ${label}, but the stack has no such function.`,
    );
  });
});
