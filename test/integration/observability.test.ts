import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Platform } from '../../infra/local/platform.ts';
import { setVariables } from '../support/adapt.ts';
import { type Answer, type Call, client, tokenOf, until } from '../support/api.ts';
import { startSuite } from '../support/suite.ts';

let platform: Platform;
let api: ReturnType<typeof client>;
/** Everything that functions have written. */
const written: string[] = [];

beforeAll(async () => {
  platform = await startSuite({
    onLog: ({ line }) => written.push(line),
    // A checkpoint after each step: many messages for little work.
    adapt: (template) => setVariables(template, 'FunctionsworkerFunction', { CHECKPOINT_SECONDS: '0' }),
  });
  api = client(platform.url);
  // The first run looks at everything, and would send the roots of what has just been submitted once more.
  await until(async () => runs().length > 0, 'the first run of the sweeper');
});
afterAll(() => platform.stop());

// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects
type Line = any;

const structured = (): Line[] =>
  written.flatMap((line) => (line.startsWith('{"level"') ? [JSON.parse(line)] : []));

const runs = () => structured().filter(({ message }) => message === 'run');

/** The one search: what every function has said of a computation. */
const linesOf = (computation: string) => structured().filter((line) => line.computation === computation);
const messagesOf = (computation: string) =>
  linesOf(computation).filter(({ message }) => message === 'message');
const finishes = async (computation: string) => {
  await until(
    async () => linesOf(computation).some(({ message }) => message === 'finished'),
    'the line of the end',
  );
};
/** The line of a request, found by the id that its client was told. */
const lineOf = ({ headers }: Answer): Promise<Line> =>
  until(
    async () =>
      structured().find(
        ({ message, requestId }) => message === 'request' && requestId === headers.get('apigw-requestid'),
      ),
    'the line of the request',
  );

/** By default of twelve parts: a root, two nodes below it, and twelve below those. */
const sum = (seed: number, input: object = { parts: 12 }): Call => ({
  body: { type: 'sum-parts', input: { ...input, seed } },
});

const ids = {
  requestId: expect.stringMatching(/^[\w+/]{15}=$/),
  traceId: expect.stringMatching(/^1-[\da-f]{8}-[\da-f]{24}$/),
  invocationId: expect.stringMatching(/^[\da-f-]{36}$/),
  tenant: expect.stringMatching(/^[\w-]{22}$/),
};
const capacity = {
  readUnits: expect.any(Number),
  writeUnits: expect.any(Number),
  refusedWrites: expect.any(Number),
};

describe('one search for a computation', () => {
  it('finds the request and every part, all with the ids of the request and what they consumed', async () => {
    const submitted = await api('POST', '/computations', sum(1));
    const { id } = submitted.body;
    const request = await lineOf(submitted);
    expect(request).toMatchObject({
      ...ids,
      ...capacity,
      computation: id,
      type: 'sum-parts',
      route: 'POST /computations',
      status: 202,
      durationMs: expect.any(Number),
      coldStart: expect.any(Boolean),
    });
    expect(request.writeUnits).toBeGreaterThan(0);

    await finishes(id);
    await until(async () => messagesOf(id).length >= 15, 'the lines of every part');
    const messages = messagesOf(id);
    expect(new Set(messages.map(({ node }) => node)).size).toBe(15);
    for (const line of linesOf(id).filter(({ message }) => message !== 'request')) {
      const { requestId, traceId, tenant } = request;
      expect(line).toMatchObject({ ...ids, requestId, traceId, tenant, attempt: 1 });
    }
    for (const line of messages) {
      expect(line).toMatchObject({
        ...capacity,
        messageId: expect.any(String),
        receiveCount: 1,
        status: 'done',
        durationMs: expect.any(Number),
        coldStart: expect.any(Boolean),
      });
    }
    const computed = messages.filter(({ PartsComputed }) => PartsComputed === 1);
    expect(computed).toHaveLength(12);
    for (const line of computed) expect(line.writeUnits).toBeGreaterThan(0);
  });

  it('finds every step of one that cannot be split', async () => {
    const submitted = await api('POST', '/computations', {
      body: { type: 'count-steps', input: { steps: 5, milliseconds: 10 } },
    });
    const { id } = submitted.body;
    await finishes(id);
    const { requestId } = await lineOf(submitted);
    const steps = linesOf(id).filter(({ message }) => message === 'checkpoint');
    expect(steps.length).toBeGreaterThan(1);
    await until(async () => messagesOf(id).length > steps.length, 'a line for each message');
    for (const line of [...steps, ...messagesOf(id)]) expect(line).toMatchObject({ ...ids, requestId });
    const sorted = (lines: readonly Line[]) => lines.map(({ step = 0 }) => step).sort((a, b) => a - b);
    expect(sorted(messagesOf(id))).toEqual([0, ...sorted(steps)]);
  });

  it('finds who read, cancelled and retried it; parts carry the id of the request that set them going', async () => {
    const { body } = await api('POST', '/computations', sum(2, { parts: 100, milliseconds: 100 }));
    const path = `/computations/${body.id}`;
    const answers = [
      await api('GET', path),
      await api('POST', `${path}/cancel`),
      await api('POST', `${path}/retry`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 202]);
    const lines = await Promise.all(answers.map(lineOf));
    expect(lines.map(({ computation }) => computation)).toEqual([body.id, body.id, body.id]);
    const second = await until(async () => {
      const found = messagesOf(body.id).filter(({ attempt }) => attempt === 2);
      return found.length > 3 && found;
    }, 'parts of the second attempt');
    expect(new Set(second.map(({ requestId }) => requestId))).toEqual(new Set([lines[2].requestId]));
    await lineOf(await api('POST', `${path}/cancel`));
    const ends = linesOf(body.id).filter(({ message }) => message === 'finished');
    expect(ends).toMatchObject(Array(2).fill({ Outcome: 'cancelled', Computations: 1 }));
  });
});

describe('docs/operations.md', () => {
  it('names fields that lines have', async () => {
    const operations = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    const [, table = ''] = /\| field \|.*\n((?:\|.*\n)+)/.exec(operations) ?? [];
    const rows = table.split('\n').map((row) => row.split('|')[1] ?? '');
    const fields = rows.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, field = '']) => field));
    expect(fields).toContain('computation');
    await until(async () => {
      const seen = new Set(structured().flatMap((line) => Object.keys(line)));
      return fields.every((field) => seen.has(field));
    }, `lines with ${fields}`);
  });
});

describe('a run of the sweeper', () => {
  it('is a line that says what it consumed', async () => {
    const before = runs().length;
    await platform.invoke('sweeper', {});
    await until(async () => runs().length > before, 'the line of the run');
    // It asks each of 32 shards of the index, which costs half a unit when there is nothing.
    expect(runs().at(-1)).toMatchObject({ ...capacity, status: 'done', readUnits: 16, writeUnits: 0 });
  });
});

describe('no line', () => {
  it('holds a body, a query, an id that no schema has seen, or a token', async () => {
    const token = await tokenOf(platform.url);
    const headers = { authorization: `Bearer ${token}`, 'idempotency-key': '"private-key"' };
    const answers = [
      await api('POST', '/items', { headers, body: { name: 'private-name', description: 'private-text' } }),
      await api('POST', '/items', { headers, body: '{"private-malformed' }),
      await api('GET', '/items?limit=private-query', { headers }),
      await api('GET', '/computations/private-id', { headers }),
      await api('POST', '/computations', { headers, ...sum(90_731_620_549) }),
      await api('POST', '/computations', { headers, body: { type: 'private-type', input: {} } }),
    ];
    for (const answer of answers) await lineOf(answer);
    await finishes(answers[4]?.body.id);
    const all = written.join('\n');
    expect(all).not.toContain('private-');
    expect(all).not.toContain('90731620549');
    expect(all).not.toContain(token);
    expect(all).not.toContain('Bearer');
  });
});
