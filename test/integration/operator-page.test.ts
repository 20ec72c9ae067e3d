import { type IncomingHttpHeaders, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoComputationStore } from '../../functions/lib/aws/computation-store.ts';
import { rootOf } from '../../functions/lib/engine/tree.ts';
import { manifest } from '../../functions/manifest.ts';
import type { PageState } from '../../infra/local/page/state.ts';
import type { Platform } from '../../infra/local/platform.ts';
import { ownerClient } from '../../infra/local/storage/tables.ts';
import type { ActiveComputations } from '../../infra/start/plugins/computations/active-computations.ts';
import { propertiesOf } from '../support/adapt.ts';
import { client } from '../support/api.ts';
import { startSuite } from '../support/suite.ts';

let platform: Platform;
let store: ReturnType<typeof dynamoComputationStore>;
beforeAll(async () => {
  // Nobody takes what is in the work queue, so that nothing happens but what a test does.
  platform = await startSuite({
    adapt: (template) => {
      propertiesOf(template, 'AWS::Lambda::EventSourceMapping', 'TriggersWork').Enabled = false;
    },
  });
  const database = ownerClient(platform.endpoint('dynamodb'), platform.region);
  store = dynamoComputationStore(database, platform.output('ComputationsTable'));
});
afterAll(() => platform.stop());

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request with headers that `fetch` does not let one choose. */
const ask = (path: string, { method = 'GET', headers = {} }: { method?: string; headers?: object } = {}) =>
  new Promise<Reply>((resolve, reject) => {
    const { hostname, port } = new URL(platform.url);
    request({ hostname, port, path, method, headers: { ...headers } }, async (response) => {
      let body = '';
      for await (const chunk of response) body += chunk;
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
    })
      .on('error', reject)
      .end();
  });

type State = PageState & { readonly panels: { readonly computations: ActiveComputations } };

const state = async (): Promise<State> => JSON.parse((await ask('/_local/state')).body);

const functionOf = ({ functions }: State, wanted: string) => functions.find(({ label }) => label === wanted);

/** A computation of a hundred parts. */
const hundred = { body: { type: 'sum-parts', input: { parts: 100 } } };

describe('the state of the platform', () => {
  it('counts what the functions did, and shows the records of the tables', async () => {
    const api = client(platform.url, { tenant: 'counted' });
    const before = await state();
    for (const id of [1, 2, 3]) {
      expect((await api('POST', '/items', { body: { id, name: 'a', description: '' } })).status).toBe(201);
    }
    await api('GET', '/items/999');

    const after = await state();
    const [was, is] = [functionOf(before, 'items'), functionOf(after, 'items')];
    expect(is).toMatchObject({ errors: 0, throttles: 0, running: 0, instances: 1 });
    expect((is?.invocations ?? 0) - (was?.invocations ?? 0)).toBe(4);
    expect(is?.lastMilliseconds).toBeGreaterThan(0);
    expect(after.tables.map(({ label }) => label).sort()).toEqual(Object.keys(manifest.tables).sort());
    expect(after.tables.find(({ label }) => label === 'items')).toMatchObject({ items: 3, exact: true });
    expect(after.journal.map(({ source, text }) => [source, text.replace(/\d+ ms/, 'N ms')])).toContainEqual([
      'api',
      'GET /items/999 → 404 in N ms',
    ]);
  });

  it('counts what failed, and says so in the log', async () => {
    await expect(platform.invoke('dead-letters', { Records: 1 })).rejects.toThrow();

    const { functions, journal } = await state();
    expect(functions.find(({ label }) => label === 'dead-letters')).toMatchObject({
      invocations: 1,
      errors: 1,
    });
    expect(journal.some(({ source, level }) => source === 'dead-letters' && level === 'ERROR')).toBe(true);
  });

  it('shows the active computations of every tenant with their progress, and how they ended', async () => {
    const one = client(platform.url, { tenant: 'one' });
    const { body: first } = await one('POST', '/computations', hundred);
    await client(platform.url, { tenant: 'other' })('POST', '/computations', hundred);

    const submitted = await state();
    expect(submitted.panels.computations).toMatchObject({ active: 2, more: false });
    const { computations } = submitted.panels.computations;
    expect(computations.map(({ type, status, progress }) => [type, status, progress])).toEqual(
      Array(2).fill(['sum-parts', 'queued', { done: 0, total: 100 }]),
    );
    expect(JSON.parse(computations[0]?.input ?? '')).toEqual(first.input);
    expect(new Set(computations.map(({ tenant }) => tenant)).size).toBe(2);
    const work = submitted.queues.find(({ label }) => label === 'work-queue');
    expect(work).toMatchObject({ ready: 2, inFlight: 0, delayed: 0 });
    expect(work?.oldestSent).toBeLessThanOrEqual(submitted.now);

    // What a worker does: the first tenth is there.
    const shown = computations.find(
      ({ id, createdAt }) => id === first.id && createdAt === Date.parse(first.createdAt),
    );
    const record = shown && (await store.read(shown));
    if (record === undefined) throw new Error('It is stored.');
    await store.start(record, 1, Date.now());
    await store.fillSlot(
      record,
      rootOf(record.total),
      0,
      new Uint8Array([1]),
      Math.ceil(Date.now() / 1_000) + 600,
    );
    expect((await state()).panels.computations.computations[0]).toMatchObject({
      id: first.id,
      tenant: record.tenant,
      status: 'running',
      progress: { done: 10, total: 100 },
    });

    await store.fail(
      record,
      1,
      { type: 't', title: 'It failed', detail: 'for a test' },
      { finishedAt: Date.now(), expiresAt: Math.ceil(Date.now() / 1_000) + 600 },
    );
    expect((await state()).panels.computations).toMatchObject({
      active: 1,
      computations: [
        { status: 'queued' },
        { id: first.id, status: 'failed', error: 'It failed: for a test' },
      ],
    });
  });
});

describe('the page', () => {
  it.each([
    ['/_local/', 'text/html; charset=utf-8'],
    ['/_local', 'text/html; charset=utf-8'],
    ['/_local/app.js', 'text/javascript; charset=utf-8'],
    ['/_local/panels/computations.js', 'text/javascript; charset=utf-8'],
    ['/_local/panels/computations.css', 'text/css; charset=utf-8'],
    ['/_local/style.css', 'text/css; charset=utf-8'],
    ['/_local/icon.svg', 'image/svg+xml'],
    ['/_local/state', 'application/json'],
    ['/_local/stack', 'application/json'],
  ])('answers %s as %s, which no other origin can use, frame or change', async (path, type) => {
    const { status, headers } = await ask(path, { headers: { origin: 'https://example.com' } });

    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': type,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self';");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('asks for nothing from elsewhere, and has no script or style of its own that the policy would refuse', async () => {
    const { body } = await ask('/_local/');

    expect([...body.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url]) => url)).toEqual([
      '/_local/icon.svg',
      '/_local/style.css',
      '/_local/app.js',
      '/_local/panels/computations.css',
      '/_local/panels/computations.js',
      '/_local/state',
    ]);
    expect(body).not.toMatch(/ style=| on\w+=|<style|<script>/);
    for (const script of ['app.js', 'dom.js', 'panels/computations.js'])
      expect((await ask(`/_local/${script}`)).body).not.toMatch(
        /innerHTML|outerHTML|insertAdjacent|document\.write/,
      );
  });

  it.each([
    'attacker.example',
    'attacker.example:3000',
    'localhost.attacker.example',
    '127.0.0.1.nip.io',
    'localhost@attacker.example',
    '0.0.0.0',
  ])('refuses a request under the name "%s"', async (host) => {
    for (const path of ['/_local/', '/_local/state', '/_local/stack', '/_local/app.js']) {
      const { status, body } = await ask(path, { headers: { host } });
      expect([status, body]).toEqual([403, '{"message":"Forbidden"}']);
    }
  });

  it.each(['localhost', 'localhost:3000', '127.0.0.1:1', '[::1]:3000', 'LOCALHOST:3000'])(
    'answers under the name %s',
    async (host) => {
      expect((await ask('/_local/', { headers: { host } })).status).toBe(200);
    },
  );

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('refuses %s', async (method) => {
    const { status, headers } = await ask('/_local/state', { method });

    expect(status).toBe(405);
    expect(headers.allow).toBe('GET, HEAD');
  });

  it('answers HEAD like GET without a body', async () => {
    const { status, headers, body } = await ask('/_local/', { method: 'HEAD' });

    expect([status, body]).toEqual([200, '']);
    expect(Number(headers['content-length'])).toBe(Buffer.byteLength((await ask('/_local/')).body));
  });

  it.each(['/_local/nothing', '/_local/../main.ts', '/_local/%2e%2e/main.ts', '/_local/state/', '/_local//'])(
    'has nothing at %s',
    async (path) => {
      expect((await ask(path)).status).toBe(404);
    },
  );

  it('leaves its neighbours to the API, and no line about itself', async () => {
    await ask('/_local/');
    expect((await ask('/_locally')).status).toBe(401);

    const { journal } = await state();
    expect(journal.filter(({ text }) => text.includes('/_local/'))).toEqual([]);
  });
});
