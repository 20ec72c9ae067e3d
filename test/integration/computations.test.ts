import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemType } from '../../functions/product.ts';
import type { Platform } from '../../infra/local/platform.ts';
import { type Answer, client, until } from '../support/api.ts';
import * as own from '../support/suite/kernels.ts';
import { startSuite } from '../support/suite.ts';

let platform: Platform;
let api: ReturnType<typeof client>;

beforeAll(async () => {
  platform = await startSuite();
  api = client(platform.url);
});
afterAll(() => platform.stop());

const submit = (type: string, input: unknown, headers: Record<string, string> = {}) =>
  api('POST', '/computations', { headers, body: { type, input } });

const read = (id: string, headers: Record<string, string> = {}) =>
  api('GET', `/computations/${id}`, { headers });

/** The tests' own types, in the order in which they are listed. */
const ownTypes = Object.values(own)
  .map(({ name }) => name)
  .sort();

/** Reads until the computation has finished. */
const finished = async (id: string): Promise<Answer['body']> => {
  const { body } = await until(async () => {
    const answer = await read(id, { prefer: 'wait=20' });
    return !['queued', 'running'].includes(answer.body.status) && answer;
  }, 'the end of the computation');
  return body;
};

/** Work that keeps the workers busy for much longer than a test takes. */
const long = (seed: number) => ({
  type: 'sum-parts',
  input: { parts: 200, milliseconds: 1_000, seed },
});

describe('a computation over HTTP', () => {
  it('is accepted at once, and then known', async () => {
    const input = { parts: 20 };
    const first = await submit('sum-parts', input);
    expect(first.status).toBe(202);
    expect(first.headers.get('location')).toBe(`/computations/${first.body.id}`);
    expect(first.headers.get('retry-after')).toBe('1');
    expect(first.body).toMatchObject({ type: 'sum-parts', input });
    expect(await finished(first.body.id)).toMatchObject({
      status: 'succeeded',
      result: { sum: 190 },
      progress: { done: 20, total: 20 },
    });
    const again = await submit('sum-parts', input);
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({ id: first.body.id, result: { sum: 190 } });
    expect(again.headers.get('retry-after')).toBeNull();
  });

  it('is the same for the same input written in another way', async () => {
    const one = await submit('sum-parts', { parts: 10, milliseconds: 1, seed: 1 });
    const other = await api('POST', '/computations', {
      body: '{"input":{"seed":1e0,"milliseconds":1.0,"parts":10},"type":"sum-parts"}',
    });
    expect(other.body.id).toBe(one.body.id);
  });

  it('answers with the result when asked to wait for it', async () => {
    const answer = await submit('sum-parts', { parts: 10 }, { prefer: 'wait=20' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('preference-applied')).toBe('wait=20');
    expect(answer.body).toMatchObject({ status: 'succeeded', result: { sum: 45 } });
  });

  it('runs afresh for Cache-Control: no-cache', async () => {
    const known = await submit('sum-parts', { parts: 10 }, { prefer: 'wait=20' });
    const fresh = await submit('sum-parts', { parts: 10 }, { 'cache-control': 'no-cache' });
    expect(fresh.body.id).not.toBe(known.body.id);
    expect(await finished(fresh.body.id)).toMatchObject({ result: { sum: 45 } });
  });

  it('has an entity tag that changes with it', async () => {
    const { body } = await submit('sum-parts', { parts: 11 }, { prefer: 'wait=20' });
    const first = await read(body.id);
    expect(first.status).toBe(200);
    const etag = first.headers.get('etag') ?? '';
    const unchanged = await read(body.id, { 'if-none-match': etag });
    expect(unchanged.status).toBe(304);
    expect(unchanged.headers.get('etag')).toBe(etag);
    expect(unchanged.body).toBe('');
    expect((await read(body.id, { 'if-match': '"another"' })).status).toBe(412);
  });

  it('can be cancelled, retried, cancelled and deleted', async () => {
    const { body } = await api('POST', '/computations', { body: long(1) });
    const path = `/computations/${body.id}`;
    expect((await api('DELETE', path)).status).toBe(409);
    expect((await api('POST', `${path}/retry`)).status).toBe(409);
    const cancelled = await api('POST', `${path}/cancel`);
    expect(cancelled.status).toBe(200);
    expect(cancelled.body.status).toBe('cancelled');
    expect((await api('POST', `${path}/cancel`)).status).toBe(409);
    const retried = await api('POST', `${path}/retry`);
    expect(retried.status).toBe(202);
    expect(retried.headers.get('location')).toBe(path);
    expect((await api('POST', `${path}/cancel`)).status).toBe(200);
    expect((await api('DELETE', path)).status).toBe(204);
    expect((await api('DELETE', path)).status).toBe(404);
    expect((await read(body.id)).status).toBe(404);
  });

  it('that is cancelled starts no further part within seconds', async () => {
    const { body } = await api('POST', '/computations', { body: long(2) });
    await until(async () => (await read(body.id)).body.status === 'running', 'its start');
    await api('POST', `/computations/${body.id}/cancel`);
    const quick = await submit('sum-parts', { parts: 12 }, { prefer: 'wait=20' });
    expect(quick.body.status).toBe('succeeded');
    expect((await read(body.id)).body).toMatchObject({ status: 'cancelled' });
  });

  it('shows its progress in small steps while other requests are answered', async () => {
    const { body } = await submit('sum-parts', { parts: 100, milliseconds: 100 });
    const seen = new Set<number>();
    await until(async () => {
      const { body: now } = await read(body.id);
      seen.add(now.progress.done / now.progress.total);
      const item = await api('GET', '/items/424242');
      expect(item.status).toBe(404);
      return now.status === 'succeeded' && now;
    }, 'the end of a hundred parts');
    expect(seen.size).toBeGreaterThan(5);
    expect((await read(body.id)).body.result).toMatchObject({ sum: 4_950 });
  });

  it('reads the items of its tenant, and is computed again for the same input', async () => {
    for (const [id, name] of [
      [1, 'alpha'],
      [2, 'beta'],
      [3, 'gamma'],
    ] as const) {
      await api('PUT', `/items/${id}`, { body: { name, description: '' } });
    }
    const { body } = await submit('read-items', {});
    expect(await finished(body.id)).toMatchObject({
      status: 'succeeded',
      result: { count: 3, names: ['alpha', 'beta', 'gamma'] },
    });
    const again = await submit('read-items', {});
    expect(again.status).toBe(202);
    expect(again.body.id).not.toBe(body.id);
  });

  it('fails with the words of a kernel that refuses a part', async () => {
    const { body } = await submit('fail-part', { parts: 3, part: 1, by: 'refusal' });
    expect(await finished(body.id)).toMatchObject({
      status: 'failed',
      error: { type: problemType('refused'), detail: 'Part 1 is refused.' },
    });
  });

  it('fails with what a part threw in every attempt, without its stack', async () => {
    const { body } = await submit('fail-part', { parts: 3, part: 1, by: 'exception' });
    expect(await finished(body.id)).toMatchObject({
      status: 'failed',
      error: { type: problemType('kernel-failed'), detail: 'TypeError: part 1 is broken' },
    });
  });

  it('gives the result that the example of its type shows', async () => {
    const { types } = (await api('GET', '/computation-types')).body;
    expect(types.map(({ name }: { name: string }) => name)).toEqual(ownTypes);
    for (const { name, example } of types) {
      if (name === 'read-items') continue; // depends on the items, which a test above has written
      const { body } = await submit(name, example.input);
      expect(await finished(body.id)).toMatchObject({ status: 'succeeded', result: example.output });
    }
  });
});

describe('an Idempotency-Key', () => {
  it('answers what the first request made, and refuses another payload', async () => {
    const headers = { 'idempotency-key': '"first"' };
    const one = await submit('sum-parts', { parts: 21 }, headers);
    const same = await submit('sum-parts', { parts: 21 }, { 'idempotency-key': 'first' });
    expect(same.body.id).toBe(one.body.id);
    const other = await submit('sum-parts', { parts: 22 }, headers);
    expect(other.status).toBe(422);
    expect(other.body.errors).toEqual([
      { pointer: '#/header/idempotency-key', detail: 'was used with another payload' },
    ]);
    const content = await submit('sum-parts', { parts: 21 });
    expect(content.body.id).not.toBe(one.body.id);
  });

  it('is refused when it is malformed', async () => {
    const answer = await submit('sum-parts', { parts: 21 }, { 'idempotency-key': `"${'x'.repeat(256)}"` });
    expect(answer.status).toBe(400);
  });
});

describe('the list of computations', () => {
  it('is newest first, page by page, with a link to the next', async () => {
    const ids: string[] = [];
    for (let n = 100; n < 105; n += 1) ids.push((await submit('sum-parts', { parts: 1, seed: n })).body.id);
    const listed: string[] = [];
    let path: string | undefined = '/computations?limit=2';
    while (path !== undefined && listed.length < 5) {
      const page: Answer = await api('GET', path);
      expect(page.status).toBe(200);
      expect(page.body.computations.every((one: object) => !('progress' in one))).toBe(true);
      listed.push(...page.body.computations.map(({ id }: { id: string }) => id));
      const link = page.headers.get('link');
      expect(link?.includes('rel="next"')).toBe(page.body.next !== undefined);
      path = link?.match(/<([^>]+)>/)?.[1];
    }
    expect(listed.slice(0, 5)).toEqual(ids.reverse());
  });

  it('is filtered by status and type, and its cursor belongs to the filter', async () => {
    await submit('sum-parts', { parts: 1, seed: 200 }, { prefer: 'wait=20' });
    const all = await api('GET', '/computations?limit=1&type=sum-parts');
    expect(all.body.next).toBeTypeOf('string');
    const foreign = await api('GET', `/computations?limit=1&cursor=${all.body.next}`);
    expect(foreign.status).toBe(422);
    const none = await api('GET', '/computations?type=nothing&limit=100');
    expect(none.body.computations).toEqual([]);
    const done = await api('GET', '/computations?status=succeeded&limit=100');
    expect(done.body.computations.length).toBeGreaterThan(0);
    expect(done.body.computations.every(({ status }: { status: string }) => status === 'succeeded')).toBe(
      true,
    );
  });
});

describe('a request that is wrong', () => {
  it.each([
    ['an unknown type', { type: 'nothing', input: {} }, '#/type'],
    ['no type', { input: {} }, '#/type'],
    ['an unknown member', { type: 'sum-parts', input: { parts: 1 }, extra: 1 }, '#/extra'],
    ['an unknown member of the input', { type: 'sum-parts', input: { parts: 1, m: 2 } }, '#/input/m'],
    ['a number as a text', { type: 'sum-parts', input: { parts: 'NaN' } }, '#/input/parts'],
    ['a negative number', { type: 'sum-parts', input: { parts: -1 } }, '#/input/parts'],
    ['more work than a computation may be', { type: 'sum-parts', input: { parts: 9e15 } }, '#/input/parts'],
    [
      'a part that is not among the parts',
      { type: 'fail-part', input: { parts: 1, part: 2, by: 'refusal' } },
      '#/input/part',
    ],
    ['a huge integer', { type: 'sum-parts', input: { parts: 1e300 } }, '#/input/parts'],
  ])('with %s is 422 and names the place', async (_, body, pointer) => {
    const answer = await api('POST', '/computations', { body });
    expect(answer.status).toBe(422);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body).toMatchObject({
      status: 422,
      title: expect.any(String),
      instance: expect.any(String),
    });
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
  });

  it.each([
    ['GET', '/computations/unknown', 422],
    ['GET', '/computations/AAAAAAAAAAAAAAAAAAAAAA', 404],
    ['POST', '/computations/AAAAAAAAAAAAAAAAAAAAAA/cancel', 404],
    ['POST', '/computations/AAAAAAAAAAAAAAAAAAAAAA/retry', 404],
    ['DELETE', '/computations/AAAAAAAAAAAAAAAAAAAAAA', 404],
    ['GET', '/computations?limit=0', 422],
    ['GET', '/computations?limit=1000000', 422],
    ['GET', '/computations?status=done', 422],
    ['GET', '/computations?cursor=nonsense', 422],
    ['GET', '/computations?unknown=1', 422],
    ['PUT', '/computations', 405],
    ['PATCH', '/computations/AAAAAAAAAAAAAAAAAAAAAA', 405],
    ['GET', '/computations/AAAAAAAAAAAAAAAAAAAAAA/cancel', 405],
  ])('%s %s is %i', async (method, path, status) => {
    const answer = await api(method, path);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ status });
    if (status === 405) expect(answer.headers.get('allow')).toBeTruthy();
  });
});
