import { availableParallelism } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { problemType } from '../../functions/product.ts';
import type { Template } from '../../infra/local/cloudformation/template.ts';
import type { Platform } from '../../infra/local/platform.ts';
import { propertiesOf, setVariables } from '../support/adapt.ts';
import { client, until } from '../support/api.ts';
import { startSuite } from '../support/suite.ts';

let platform: Platform | undefined;
afterEach(() => platform?.stop());

const worker = (template: Template) => propertiesOf(template, 'AWS::Lambda::Function', 'Functionsworker');

const start = async (adapt: (template: Template) => void) => {
  platform = await startSuite({ adapt });
  return { platform, api: client(platform.url) };
};

describe('a function that meets its limits', () => {
  it('finishes what cannot be split through checkpoints, though one run has too little time for it', async () => {
    const { platform, api } = await start((template) => {
      setVariables(template, 'FunctionsworkerFunction', { CHECKPOINT_SECONDS: '0' });
    });
    const { body } = await api('POST', '/computations', {
      body: { type: 'count-steps', input: { steps: 8, milliseconds: 20 } },
    });
    const { body: finished } = await until(async () => {
      const answer = await api('GET', `/computations/${body.id}`, { headers: { prefer: 'wait=20' } });
      return answer.body.status !== 'queued' && answer.body.status !== 'running' && answer;
    }, 'the end of the steps');
    expect(finished).toMatchObject({ status: 'succeeded', result: { steps: 8 } });
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
    const { body } = await api('POST', '/computations', { body: { type: 'sum-parts', input: { parts: 1 } } });
    const { body: failed } = await until(async () => {
      const answer = await api('GET', `/computations/${body.id}`, { headers: { prefer: 'wait=20' } });
      return answer.body.status === 'failed' && answer;
    }, 'the failure');
    expect(failed.error).toMatchObject({ type: problemType('crashed'), title: expect.any(String) });
    expect(platform.logs.some(({ line }) => /Runtime exited|killed/.test(line))).toBe(true);
  });
});

describe('a queue that has lost every message', () => {
  it('is healed by the sweeper, without computing again what was reported', async () => {
    const { platform, api } = await start(() => {});
    const { body } = await api('POST', '/computations', {
      body: { type: 'sum-parts', input: { parts: 100, milliseconds: 100 } },
    });
    await until(async () => {
      const { body: now } = await api('GET', `/computations/${body.id}`);
      return now.progress.done > 5;
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
    expect(finished.result).toMatchObject({ sum: 4_950 });
    const computed = platform.logs.filter(
      ({ line }) => line.includes(`"computation":"${body.id}"`) && line.includes('"PartsComputed":1'),
    );
    // Again only what workers were computing when the messages were lost.
    expect(computed.length).toBeLessThanOrEqual(100 + Math.max(2, availableParallelism()));
  });
});

describe('a tenant that has as many active computations as it may', () => {
  it('is told to wait, may cancel and ask for what it has, and keeps nobody else from anything', async () => {
    const { platform, api } = await start((template) => {
      setVariables(template, 'FunctionscomputationsFunction', { ACTIVE_PER_TENANT: '2' });
    });
    const long = (seed: number) => ({
      body: { type: 'sum-parts', input: { parts: 200, milliseconds: 1_000, seed } },
    });
    const [first] = [
      await api('POST', '/computations', long(1)),
      await api('POST', '/computations', long(2)),
    ];
    const refused = await api('POST', '/computations', long(3));
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('10');
    expect(refused.body).toMatchObject({ status: 429, type: problemType('too-many-active') });
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
