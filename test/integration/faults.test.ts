import { afterEach, describe, expect, it } from 'vitest';
import type { Template } from '../../infra/local/cloudformation/template.ts';
import type { Platform } from '../../infra/local/platform.ts';
import { startPlatform } from '../../infra/start/start-platform.ts';
import { propertiesOf, setVariables } from '../support/adapt.ts';
import { client, until } from '../support/api.ts';

let platform: Platform | undefined;
afterEach(() => platform?.stop());

const worker = (template: Template) => propertiesOf(template, 'AWS::Lambda::Function', 'Functionsworker');

const start = async (adapt: (template: Template) => void) => {
  platform = await startPlatform({ adapt });
  return { platform, api: client(platform.url) };
};

describe('a function that meets its limits', () => {
  it('finishes what cannot be split through checkpoints, though one run has too little time for it', async () => {
    const { platform, api } = await start((template) => {
      setVariables(template, 'FunctionsworkerFunction', { CHECKPOINT_SECONDS: '0' });
    });
    const { body } = await api('POST', '/computations', {
      body: { type: 'mersenne-test', input: { exponent: 11_213 } },
    });
    const { body: finished } = await until(async () => {
      const answer = await api('GET', `/computations/${body.id}`, { headers: { prefer: 'wait=20' } });
      return answer.body.status !== 'queued' && answer.body.status !== 'running' && answer;
    }, 'the end of the test');
    expect(finished).toMatchObject({ status: 'succeeded', result: { exponent: 11_213, prime: true } });
    const checkpoints = platform.logs.filter(({ line }) => line.includes('"message":"checkpoint"'));
    expect(checkpoints.length).toBeGreaterThan(2);
  });

  it('fails the computation, never in silence, when its worker crashes each time', async () => {
    const { platform, api } = await start((template) => {
      worker(template).Timeout = 1;
      worker(template).MemorySize = 4; // not enough to load its own code
      const queue = propertiesOf(template, 'AWS::SQS::Queue', 'QueuesWork');
      queue.VisibilityTimeout = 2;
      (queue.RedrivePolicy as { maxReceiveCount: number }).maxReceiveCount = 2;
    });
    const { body } = await api('POST', '/computations', { body: { type: 'prime-count', input: { to: 10 } } });
    const { body: failed } = await until(async () => {
      const answer = await api('GET', `/computations/${body.id}`, { headers: { prefer: 'wait=20' } });
      return answer.body.status === 'failed' && answer;
    }, 'the failure');
    expect(failed.error).toMatchObject({ type: 'urn:spillway:problem:crashed', title: expect.any(String) });
    expect(platform.logs.some(({ line }) => /Runtime exited|killed/.test(line))).toBe(true);
  });
});

describe('a queue that has lost every message', () => {
  it('is healed by the sweeper, without computing again what was reported', async () => {
    const { platform, api } = await start(() => {});
    const { body } = await api('POST', '/computations', {
      body: { type: 'prime-count', input: { to: 20_000_000_000 } },
    });
    const done = await until(async () => {
      const { body: now } = await api('GET', `/computations/${body.id}`);
      return now.progress.done > 5 && (now.progress.done as number);
    }, 'some progress');
    const work = platform.queues.find(({ logicalId }) => logicalId.startsWith('QueuesWork'));
    if (work === undefined) throw new Error('there is no work queue');
    await fetch(platform.endpoint('sqs'), {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'AmazonSQS.PurgeQueue',
        authorization: 'AWS4-HMAC-SHA256 Credential=LOCAL/20260101/us-east-1/sqs/aws4_request',
      },
      body: JSON.stringify({ QueueUrl: work.url }),
    });
    const sweeper = platform.functions.find(({ logicalId }) => logicalId.startsWith('Functionssweeper'));
    await platform.invoke(sweeper?.logicalId ?? 'sweeper', { all: true });
    const { body: finished } = await until(async () => {
      const answer = await api('GET', `/computations/${body.id}`, { headers: { prefer: 'wait=20' } });
      return answer.body.status === 'succeeded' && answer;
    }, 'the result');
    expect(finished.result).toEqual({ count: 882_206_716 });
    expect(done).toBeGreaterThan(5);
  });
});

describe('a tenant that has as many active computations as it may', () => {
  it('is told to wait, may cancel and ask for what it has, and keeps nobody else from anything', async () => {
    const { platform, api } = await start((template) => {
      setVariables(template, 'FunctionscomputationsFunction', { ACTIVE_PER_TENANT: '2' });
    });
    const long = (seed: number) => ({
      body: { type: 'random-sum', input: { count: 50_000_000_000, min: 0, max: 9, seed } },
    });
    const [first] = [
      await api('POST', '/computations', long(1)),
      await api('POST', '/computations', long(2)),
    ];
    const refused = await api('POST', '/computations', long(3));
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('10');
    expect(refused.body).toMatchObject({ status: 429, type: 'urn:spillway:problem:too-many-active' });
    expect((await api('POST', '/computations', long(1))).body.id).toBe(first.body.id);
    const other = client(platform.url, { tenant: 'other' });
    const theirs = await other('POST', '/computations', long(3));
    expect(theirs.status).toBe(202);

    expect((await api('POST', `/computations/${first.body.id}/cancel`)).status).toBe(200);
    const accepted = await until(async () => {
      const answer = await api('POST', '/computations', long(3));
      return answer.status === 202 && answer;
    }, 'room for another');
    expect(accepted.body.id).not.toBe(first.body.id);
  });
});
