import { afterAll, beforeAll, expect, it } from 'vitest';
import type * as z from 'zod/mini';
import { type Chaos, chaos } from '../../infra/local/chaos/chaos.ts';
import type { Platform } from '../../infra/local/platform.ts';
import { propertiesOf, setVariables } from '../support/adapt.ts';
import { type Answer, type Call, client, until } from '../support/api.ts';
import { foldTree } from '../support/engine.ts';
import { runSequential } from '../support/kernel-runs.ts';
import { countSteps, sumParts } from '../support/suite/kernels.ts';
import { startSuite } from '../support/suite.ts';

const ITEMS = 2_000;
const COMPUTATIONS = 200;
const CLIENTS = 16;

let platform: Platform;
let api: ReturnType<typeof client>;
let faults: Chaos;
let sweeping = true;

beforeAll(async () => {
  const rates = {
    throttled: 0.005,
    failed: 0.02,
    lost: 0.02,
    unanswered: 0.03,
    slow: 0.05,
    slowMilliseconds: 50,
  };
  faults = chaos({
    seed: 20_261_120,
    dynamodb: rates,
    sqs: { ...rates, throttled: 0.03, duplicated: 0.1, delayed: 0.1, delaySeconds: 1 },
    functions: {
      items: { killed: 0.01, killMilliseconds: 10 },
      computations: { killed: 0.02, killMilliseconds: 20 },
      'computation-reads': { killed: 0.02, killMilliseconds: 20 },
      worker: { killed: 0.05, killMilliseconds: 100 },
      sweeper: { killed: 0.05, killMilliseconds: 100 },
    },
  });
  platform = await startSuite({
    plugins: [faults],
    adapt: (template) => {
      // What takes minutes in production takes seconds here.
      propertiesOf(template, 'AWS::SQS::Queue', 'QueuesWork').VisibilityTimeout = 8;
      propertiesOf(template, 'AWS::Lambda::Function', 'Functionsworker').Timeout = 8;
      for (const name of ['Functionscomputations', 'Functionssweeper']) {
        setVariables(template, `${name}Function`, { SWEEP_AFTER_SECONDS: '3' });
      }
      setVariables(template, 'FunctionsworkerFunction', { CHECKPOINT_SECONDS: '0' });
    },
  });
  api = client(platform.url);
});
afterAll(async () => {
  sweeping = false;
  await platform.stop();
});

/** Asks as a client does that was told to try again, until it gets an answer that says what became of it. */
const settled = (method: string, path: string, call: Call = {}): Promise<Answer> =>
  until(async () => {
    const answer = await api(method, path, call).catch(() => undefined);
    return answer !== undefined && answer.status < 500 && answer;
  }, `${method} ${path}`);

/** Runs the tasks, so many at a time. */
const inParallel = async <T>(tasks: readonly (() => Promise<T>)[]): Promise<T[]> => {
  const results: T[] = [];
  const queue = [...tasks.entries()];
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const [at, task] = next;
        results[at] = await task();
      }
    }),
  );
  return results;
};

type Work =
  | { readonly type: 'sum-parts'; readonly input: z.infer<ReturnType<typeof sumParts.input>> }
  | { readonly type: 'count-steps'; readonly input: z.infer<ReturnType<typeof countSteps.input>> };

/** What is submitted: mostly small, some trees of two levels, some sequences of many checkpoints. */
const work = (n: number): Work => {
  if (n % 20 === 0) return { type: 'sum-parts', input: { parts: 11 + (n % 3), milliseconds: 50, seed: n } };
  if (n % 10 === 3) return { type: 'count-steps', input: { steps: 2 + (n % 4), milliseconds: 20 } };
  if (n % 10 === 7) return { type: 'sum-parts', input: { parts: 4, milliseconds: 20, seed: n } };
  return { type: 'sum-parts', input: { parts: 1, seed: n } };
};

/** What it must come to, computed in this process, where nothing has to take long. */
const resultOf = async ({ type, input }: Work): Promise<unknown> =>
  type === 'sum-parts'
    ? foldTree(sumParts, { ...input, milliseconds: 0 })
    : (await runSequential(countSteps, { ...input, milliseconds: 0 }, undefined)).output;

/** Creates an item and changes it; every tenth it deletes. Gives what the item must be at the end. */
const useItem = async (id: number): Promise<readonly [number, string | undefined]> => {
  const created = await settled('POST', '/items', {
    headers: { 'idempotency-key': `"item ${id}"` },
    body: { id, name: `first ${id}`, description: '' },
  });
  expect(created.status).toBe(201);
  const path = `/items/${id}`;
  if (id % 3 === 0) {
    const written = await settled('PUT', path, { body: { name: `second ${id}`, description: '' } });
    expect(written.body).toMatchObject({ id, name: `second ${id}` });
  }
  if (id % 10 !== 0) return [id, id % 3 === 0 ? `second ${id}` : `first ${id}`];
  // 404: an attempt before it got no answer, and had deleted it.
  expect([204, 404]).toContain((await settled('DELETE', path)).status);
  return [id, undefined];
};

const submit = async (n: number): Promise<string> => {
  const { status, body } = await settled('POST', '/computations', {
    headers: { 'idempotency-key': `"computation ${n}"` },
    body: work(n),
  });
  expect([200, 202]).toContain(status);
  return body.id;
};

/** Everything of a list, page by page. */
const all = async (path: string, member: string): Promise<Answer['body'][]> => {
  const found: Answer['body'][] = [];
  let cursor = '';
  do {
    const { body } = await settled('GET', `${path}?limit=100${cursor && `&cursor=${cursor}`}`);
    found.push(...body[member]);
    cursor = body.next ?? '';
  } while (cursor !== '');
  return found;
};

it('whatever goes wrong, all accepted work is accounted for, every result is right and no write is lost', async () => {
  const sweeps = (async () => {
    while (sweeping) {
      await platform.invoke('sweeper', {}).catch(() => {}); // a sweep that fails is followed by another
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  })();

  const [items, ids] = await Promise.all([
    inParallel(Array.from({ length: ITEMS }, (_, id) => () => useItem(id))),
    inParallel(Array.from({ length: COMPUTATIONS }, (_, n) => () => submit(n))),
  ]);
  const cancelled = await inParallel(
    [1, 2, 3, 4, 5].map((seed) => async () => {
      const { body } = await settled('POST', '/computations', {
        headers: { 'idempotency-key': `"long ${seed}"` },
        body: { type: 'sum-parts', input: { parts: 200, milliseconds: 1_000, seed } },
      });
      // 409: an attempt before it got no answer, and had cancelled it.
      expect([200, 409]).toContain((await settled('POST', `/computations/${body.id}/cancel`)).status);
      return body.id as string;
    }),
  );

  const finished = await until(
    async () => {
      const listed = await all('/computations', 'computations');
      return !listed.some(({ status }) => status === 'queued' || status === 'running') && listed;
    },
    'the end of every computation',
    120_000,
  );
  sweeping = false;
  await sweeps;

  const byId = new Map(finished.map((one) => [one.id as string, one]));
  expect(new Set(byId.keys())).toEqual(new Set([...ids, ...cancelled]));
  expect(finished).toHaveLength(COMPUTATIONS + cancelled.length);
  for (const id of cancelled) {
    expect(byId.get(id).status).toBe('cancelled');
    expect(byId.get(id)).not.toHaveProperty('result');
  }
  for (const [n, id] of ids.entries()) {
    expect(byId.get(id)).toMatchObject({ status: 'succeeded', ...work(n), result: await resultOf(work(n)) });
  }

  const found = new Map((await all('/items', 'items')).map(({ id, name }) => [id as number, name as string]));
  expect(found).toEqual(new Map(items.filter(([, name]) => name !== undefined)));

  const kinds = ['throttled', 'failed', 'lost', 'unanswered', 'slow'].flatMap((kind) => [
    `dynamodb ${kind}`,
    `sqs ${kind}`,
  ]);
  const killed = ['items killed', 'worker killed'];
  for (const kind of [...kinds, 'sqs duplicated', 'sqs delayed', ...killed]) {
    expect(faults.faults.get(kind), kind).toBeGreaterThan(0);
  }
}, 240_000);
