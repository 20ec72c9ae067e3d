import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chaos, chaos } from '../../infra/local/chaos/chaos.ts';
import type { Platform } from '../../infra/local/platform.ts';
import { client } from '../support/api.ts';
import { type ItemInput, type ItemObservation, itemModel, sawFrom } from '../support/item-history.ts';
import { isLinearizable, print, smallestWithoutOrder } from '../support/linearizability.ts';
import { startSuite } from '../support/suite.ts';

const CLIENTS = 4;
const OPERATIONS = 12;
const ITEMS = 24;

let platform: Platform;
let api: ReturnType<typeof client>;
let faults: Chaos;
beforeAll(async () => {
  const common = {
    throttled: 0.02,
    failed: 0.02,
    lost: 0.02,
    unanswered: 0.04,
    slow: 0.1,
    slowMilliseconds: 20,
  };
  faults = chaos({
    seed: 20_261_120,
    dynamodb: common,
    functions: { items: { killed: 0.03, killMilliseconds: 8 } },
  });
  platform = await startSuite({ plugins: [faults] });
  api = client(platform.url);
});
afterAll(() => platform.stop());

/** What a client does next; it uses the last tag that it was told. */
const step = fc.record({
  kind: fc.constantFrom('create', 'put', 'put', 'patch', 'patch', 'delete', 'read', 'read', 'read'),
  condition: fc.constantFrom('tag', 'tag', 'any', 'none', undefined),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const inputOf = ({ kind, condition }: Step, mark: string, tag: string | undefined): ItemInput => {
  if (kind === 'read') return { kind };
  const values = { name: mark, description: mark };
  if (kind === 'create') return { kind, values };
  const match = condition === 'tag' ? tag : condition === 'any' ? '*' : undefined;
  if (kind === 'put' && condition === 'none') return { kind, values, condition: { none: '*' } };
  const conditional = match === undefined ? {} : { condition: { match } };
  if (kind === 'put') return { kind, values, ...conditional };
  if (kind === 'patch') return { kind, values: { description: mark }, ...conditional };
  return { kind: 'delete', ...conditional };
};

const conditionHeaders = (input: ItemInput): Record<string, string> => {
  if (!('condition' in input) || input.condition === undefined) return {};
  if ('none' in input.condition) return { 'if-none-match': '*' };
  return { 'if-match': input.condition.match };
};

const methods = { create: 'POST', put: 'PUT', patch: 'PATCH', delete: 'DELETE', read: 'GET' } as const;

/** One request, as its client sees it. A 5xx, or none at all, says nothing of what became of it. */
const observe = async (id: number, who: number, input: ItemInput): Promise<ItemObservation> => {
  const { kind } = input;
  const called = performance.now();
  const answer = await api(methods[kind], kind === 'create' ? '/items' : `/items/${id}`, {
    headers: conditionHeaders(input),
    ...(kind === 'create' && { body: { id, ...input.values } }),
    ...((kind === 'put' || kind === 'patch') && { body: input.values }),
  }).catch(() => undefined);
  const returned = performance.now();
  if (answer === undefined || answer.status >= 500) {
    return { client: who, input, output: undefined, called, returned };
  }
  const { status, body } = answer;
  const etag = answer.headers.get('etag') ?? undefined;
  const { id: _, createdAt: __, updatedAt: ___, ...values } = body || {};
  const shown = status < 300 && status !== 204 ? { values } : {};
  return { client: who, input, output: { status, etag, ...shown }, called, returned };
};

/** What happens to one item when some clients use it at the same time. */
const record = async (id: number, plans: readonly (readonly Step[])[]): Promise<ItemObservation[]> => {
  const history: ItemObservation[] = [];
  await Promise.all(
    plans.map(async (plan, who) => {
      let tag: string | undefined;
      for (const [n, next] of plan.entries()) {
        const observation = await observe(id, who, inputOf(next, `${who}.${n}`, tag));
        history.push(observation);
        tag = observation.output?.etag ?? tag;
      }
    }),
  );
  return history;
};

describe('items used by concurrent clients, while requests fail, answers are lost and instances die', () => {
  it('behave as if each request took effect at once, and nobody is told what is not so', async () => {
    const plans = fc.sample(
      fc.array(fc.array(step, { minLength: OPERATIONS, maxLength: OPERATIONS }), {
        minLength: CLIENTS,
        maxLength: CLIENTS,
      }),
      { numRuns: ITEMS, seed: 20_261_120 },
    );
    const histories: ItemObservation[][] = [];
    for (let first = 0; first < ITEMS; first += 6) {
      const some = plans.slice(first, first + 6);
      histories.push(...(await Promise.all(some.map((plan, n) => record(first + n, plan)))));
    }
    for (const [id, history] of histories.entries()) {
      if (isLinearizable(itemModel, history)) continue;
      expect.fail(`Item ${id} has no order:\n${print(smallestWithoutOrder(itemModel, history, sawFrom))}`);
    }
    const all = histories.flat();
    const statuses = new Set(all.map(({ output }) => output?.status));
    expect([...statuses]).toEqual(expect.arrayContaining([200, 201, 204, 404, 409, 412, undefined]));
    for (const kind of ['dynamodb throttled', 'dynamodb unanswered', 'dynamodb lost', 'items killed']) {
      expect(faults.faults.get(kind), kind).toBeGreaterThan(0);
    }
    // Most faults are survived: few requests stay without an answer.
    expect(all.filter(({ output }) => output === undefined).length).toBeLessThan(all.length / 8);
  });
});
