import { createHash } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { findKernel } from '../../functions/kernels/index.ts';
import { dynamoComputationStore } from '../../functions/lib/aws/computation-store.ts';
import type { Submission } from '../../functions/lib/engine/computation.ts';
import type { Platform } from '../../infra/local/platform.ts';
import { client, until } from '../support/api.ts';
import { ownerOf } from '../support/owner.ts';
import { ownFields, startSuite } from '../support/suite.ts';
import { instancesOf } from './memory-processes.ts';
import { sizeYoungGenerations } from './memory-sizes.ts';

type Api = ReturnType<typeof client>;

/** Of the client that asks, as `functions/lib/http/middleware/tenancy.ts` hashes its claim. */
const TENANT = createHash('sha256').update('test').digest('base64url').slice(0, 22);

const KILO = 1_024;
const DAY_MS = 86_400_000;

/** Four bytes a character in UTF-8, as many characters as an item takes. */
const largestItem = { name: '🛋'.repeat(256), description: '🛋'.repeat(4_096) };

/** As many different words of the greatest length as fit. */
const wordyItem = (id: number) => ({
  name: `item ${id}`,
  description: Array.from({ length: 64 }, (_, n) => `${id}x${n}`.padEnd(63, 'z')).join(' '),
});

/** The largest body that is not refused for its size; its schema refuses it. */
const largestBody = (() => {
  const text = JSON.stringify({ type: 'any', input: {}, more: '' });
  return text.replace('""', `"${'x'.repeat(256 * KILO - text.length)}"`);
})();

/** Runs so many of something, some at once. */
const many = async (count: number, atOnce: number, run: (n: number) => Promise<unknown>): Promise<void> => {
  const numbers = Array.from({ length: count }, (_, n) => n).values();
  const one = async () => {
    for (const n of numbers) await run(n);
  };
  await Promise.all(Array.from({ length: atOnce }, one));
};

/** Different answers that a client accepts old, one after another, so that they fill the memory of one instance. */
const fill = (api: Api, count: number, path: (n: number) => string) =>
  many(count, 1, (n) => api('GET', path(n), { headers: { 'cache-control': 'max-age=600' } }));

/** Of a hundred parts each, as large as a part gets, so that progress shows each: more parts need no more memory. */
const largest = [
  { type: 'mersenne-test', input: { exponent: 249_989 } },
  { type: 'option-price', input: option({ style: 'asian', steps: 10_000, paths: 2_000_000 }) },
  { type: 'option-price', input: option({ style: 'european', paths: 20_000_000_000 }) },
  { type: 'prime-count', input: { from: 99_000_000_000_001, to: 100_000_000_000_000 } },
  { type: 'random-sum', input: { count: 10_000_000_000, min: 0, max: 2 ** 52, seed: 1 } },
  { type: 'sum-of-squares', input: { n: 400_000_000_000 } },
];

const statistics = { type: 'item-statistics', input: { words: 100 } };

const isThere = ({ type }: { readonly type: string }): boolean => findKernel(type) !== undefined;

/** The computations of which the worst is known here, but which the project does not have. */
export const missingTypes = (): string[] => [
  ...new Set([...largest, statistics].filter((each) => !isThere(each)).map(({ type }) => type)),
];

function option(terms: object): object {
  const usual = { right: 'call', spot: 42, strike: 40, rate: 0.1, volatility: 0.2, maturity: 0.5, seed: 1 };
  return { ...usual, ...terms };
}

const computeHeavily = async (api: Api): Promise<void> => {
  for (const body of largest.filter(isThere)) {
    const { body: computation, status } = await api('POST', '/computations', { body });
    if (status !== 202) throw new Error(`${body.type}: ${JSON.stringify(computation)}`);
    const path = `/computations/${computation.id}`;
    const hasMoved = async () => (await api('GET', path)).body.progress.done > 0;
    await until(hasMoved, `a part of ${body.type}`, 300_000);
    await api('POST', `${path}/cancel`);
  }
  if (!isThere(statistics)) return;
  const { body } = await api('POST', '/computations', { body: statistics });
  await until(
    async () => (await api('GET', `/computations/${body.id}`)).body.status === 'succeeded',
    'the statistics',
  );
};

/** Writes records as the functions would. */
const recordsOf = async ({ endpoint, region, tables }: Platform) => {
  const credentials = { accessKeyId: 'OWNER', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint: endpoint('dynamodb'), region, credentials });
  const table = tables.find(({ name }) => name.includes('Computations'))?.name ?? '';
  const store = dynamoComputationStore(client, table);
  const submission = (tenant: string, id: string): Submission => ({
    ...{ tenant, id, epoch: 'epoch', type: 'any', version: 1, kind: 'parallel' },
    ...{ input: {}, createdAt: Date.now() },
  });
  return { store, submission };
};

/** Finished computations with results of 64 KB: more than a page of a hundred, and than a memory of 16 MiB takes. */
const LARGE_RESULTS = 140;
const recordLargeResults = async (platform: Platform): Promise<string[]> => {
  const { store, submission } = await recordsOf(platform);
  const ids = Array.from({ length: LARGE_RESULTS }, (_, n) => `large-${n}`.padEnd(22, '-'));
  const later = Date.now() + DAY_MS;
  const start = { deadline: later, visit: { at: later, intervalMs: DAY_MS, lastDone: 0 } };
  const end = { finishedAt: Date.now(), expiresAt: later / 1_000 };
  await many(ids.length, 4, async (n) => {
    const created = submission(TENANT, ids[n] ?? '');
    await store.create(created, start, 1);
    await store.succeed(created, { text: 'x'.repeat(64 * KILO - 20) }, 1, end);
  });
  return ids;
};

/** More active computations than a page of the index holds, all due, and too old: the sweeper gives each up. */
const NOMINATIONS = 8_000;
const recordNominations = async (platform: Platform): Promise<void> => {
  const { store, submission } = await recordsOf(platform);
  const start = { deadline: 1, visit: { at: 1, intervalMs: 1_000, lastDone: 0 } };
  await many(NOMINATIONS, 16, (n) => store.create(submission('nominated', `${n}`.padEnd(22, '-')), start, 1));
};

const deadLetters = async (platform: Platform): Promise<void> => {
  const owner = ownerOf(platform);
  const letters = platform.queues.find(({ logicalId }) => logicalId.startsWith('QueuesDeadLetters'));
  // The largest message that SQS takes, unreadable.
  for (let n = 0; n < 20; n += 1) await owner.send('QueuesDeadLetters', 'x'.repeat(1_000 * KILO));
  await until(async () => {
    const depth = await letters?.depth();
    return depth !== undefined && depth.ready + depth.inFlight === 0;
  }, 'the dead letters');
};

/** How often one looks, in milliseconds: much more often than an idle instance goes. */
const LOOK_MS = 1_000;

/** Watches the instances of a platform, and keeps the most memory that one of each function ever had, in bytes. */
const watch = ({ functions }: Platform) => {
  const labels = new Map(functions.map(({ name, label }) => [name, label]));
  const peaks = new Map<string, number>();
  const look = () => {
    for (const { name, peak } of instancesOf(process.pid)) {
      const label = labels.get(name) ?? name;
      peaks.set(label, Math.max(peaks.get(label) ?? 0, peak));
    }
  };
  const timer = setInterval(look, LOOK_MS);
  return {
    stop: (): ReadonlyMap<string, number> => {
      clearInterval(timer);
      look();
      return peaks;
    },
  };
};

/** The same, when each function was asked for the worst. */
export const worstOf = async (): Promise<ReadonlyMap<string, number>> => {
  const platform = await startSuite({ replace: ownFields, adapt: sizeYoungGenerations });
  const watching = watch(platform);
  try {
    const api = client(platform.url);
    await recordNominations(platform);
    await platform.invoke('sweeper', {});
    await askItems(api);
    await askComputations(api, await recordLargeResults(platform));
    await many(200, 8, () => api('GET', '/openapi.json'));
    await many(20, 8, () => api('GET', '/computation-types'));
    await deadLetters(platform);
    await computeHeavily(api);
    return watching.stop();
  } finally {
    watching.stop();
    await platform.stop();
  }
};

const askItems = async (api: Api): Promise<void> => {
  await many(120, 4, (id) => api('PUT', `/items/${id}`, { body: largestItem }));
  await many(80, 4, (id) => api('PUT', `/items/${1_000 + id}`, { body: wordyItem(id) }));
  await many(40, 8, () => api('POST', '/items', { body: largestBody }));
  await fill(api, 100, (n) => `/items?limit=${n + 1}`);
  await many(40, 8, () => api('GET', '/items?limit=100'));
};

const askComputations = async (api: Api, ids: readonly string[]): Promise<void> => {
  await many(40, 8, () => api('POST', '/computations', { body: largestBody }));
  await fill(api, 40, (n) => `/computations?limit=${60 + n}`);
  await fill(api, ids.length, (n) => `/computations/${ids[n]}`);
  await many(40, 8, (n) => api('GET', `/computations/${ids[n]}`));
};
