import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Platform } from '../../infra/local/platform.ts';
import { startPlatform } from '../../infra/start/start-platform.ts';
import { type Answer, client, until } from '../support/api.ts';

let platform: Platform;
let api: ReturnType<typeof client>;

beforeAll(async () => {
  platform = await startPlatform();
  api = client(platform.url);
});
afterAll(() => platform.stop());

const submit = (type: string, input: unknown, headers: Record<string, string> = {}) =>
  api('POST', '/computations', { headers, body: { type, input } });

const read = (id: string, headers: Record<string, string> = {}) =>
  api('GET', `/computations/${id}`, { headers });

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
  type: 'random-sum',
  input: { count: 20_000_000_000, min: 0, max: 9, seed },
});

describe('a computation over HTTP', () => {
  it('is accepted at once, and then known', async () => {
    const first = await submit('prime-count', { to: 10_000_000 });
    expect(first.status).toBe(202);
    expect(first.headers.get('location')).toBe(`/computations/${first.body.id}`);
    expect(first.headers.get('retry-after')).toBe('1');
    expect(first.body).toMatchObject({ type: 'prime-count', input: { to: 10_000_000 } });
    expect(await finished(first.body.id)).toMatchObject({
      status: 'succeeded',
      result: { count: 664_579 },
      progress: { done: expect.any(Number), total: expect.any(Number) },
    });
    const again = await submit('prime-count', { to: 10_000_000 });
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({ id: first.body.id, result: { count: 664_579 } });
    expect(again.headers.get('retry-after')).toBeNull();
  });

  it('is the same for the same input written in another way', async () => {
    const one = await submit('random-sum', { count: 10, min: 1, max: 6, seed: 1 });
    const other = await api('POST', '/computations', {
      body: '{"input":{"seed":1e0,"max":6.0,"min":1,"count":10},"type":"random-sum"}',
    });
    expect(other.body.id).toBe(one.body.id);
  });

  it('answers with the result when asked to wait for it', async () => {
    const answer = await submit('sum-of-squares', { n: 10 }, { prefer: 'wait=20' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('preference-applied')).toBe('wait=20');
    expect(answer.body).toMatchObject({ status: 'succeeded', result: { sum: '285' } });
  });

  it('runs afresh for Cache-Control: no-cache', async () => {
    const known = await submit('sum-of-squares', { n: 10 }, { prefer: 'wait=20' });
    const fresh = await submit('sum-of-squares', { n: 10 }, { 'cache-control': 'no-cache' });
    expect(fresh.body.id).not.toBe(known.body.id);
    expect(await finished(fresh.body.id)).toMatchObject({ result: { sum: '285' } });
  });

  it('has an entity tag that changes with it', async () => {
    const { body } = await submit('sum-of-squares', { n: 11 }, { prefer: 'wait=20' });
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
    const quick = await submit('sum-of-squares', { n: 12 }, { prefer: 'wait=20' });
    expect(quick.body.status).toBe('succeeded');
    expect((await read(body.id)).body).toMatchObject({ status: 'cancelled' });
  });

  it('shows its progress in small steps while other requests are answered', async () => {
    const { body } = await submit('prime-count', { to: 20_000_000_000 });
    const seen = new Set<number>();
    await until(async () => {
      const { body: now } = await read(body.id);
      seen.add(now.progress.done / now.progress.total);
      const item = await api('GET', '/items/424242');
      expect(item.status).toBe(404);
      return now.status === 'succeeded' && now;
    }, 'the primes up to 2·10^10');
    expect(seen.size).toBeGreaterThan(5);
    expect((await read(body.id)).body.result).toEqual({ count: 882_206_716 });
  });

  it('gives an option its price with a confidence interval around it', async () => {
    const option = {
      style: 'european',
      right: 'call',
      spot: 42,
      strike: 40,
      rate: 0.1,
      volatility: 0.2,
      maturity: 0.5,
      paths: 10_000_000,
      seed: 1,
    };
    const { body } = await submit('option-price', option);
    const { result } = await finished(body.id);
    const [low, high] = result.confidence95;
    expect(low).toBeLessThan(4.7594);
    expect(high).toBeGreaterThan(4.7594);
    expect(high - low).toBeLessThan(0.01);
  });

  it('counts the words of the tenant’s items', async () => {
    for (const [id, name] of [
      [1, 'alpha beta'],
      [2, 'beta'],
      [3, 'beta gamma'],
    ] as const) {
      await api('PUT', `/items/${id}`, { body: { name, description: '' } });
    }
    const { body } = await submit('item-statistics', { words: 1 });
    const { result } = await finished(body.id);
    expect(JSON.stringify(result)).toContain('beta');
    const again = await submit('item-statistics', { words: 1 });
    expect(again.status).toBe(202);
    expect(again.body.id).not.toBe(body.id);
  });

  it('says why it failed', async () => {
    const { body } = await submit('mersenne-test', { exponent: 4 });
    expect(body).toMatchObject({ status: 422, errors: [{ pointer: '#/input/exponent' }] });
  });
});

describe('an Idempotency-Key', () => {
  it('answers what the first request made, and refuses another payload', async () => {
    const headers = { 'idempotency-key': '"first"' };
    const one = await submit('sum-of-squares', { n: 20 }, headers);
    const same = await submit('sum-of-squares', { n: 20 }, { 'idempotency-key': 'first' });
    expect(same.body.id).toBe(one.body.id);
    const other = await submit('sum-of-squares', { n: 21 }, headers);
    expect(other.status).toBe(422);
    expect(other.body.errors).toEqual([
      { pointer: '#/header/idempotency-key', detail: 'was used with another payload' },
    ]);
    const content = await submit('sum-of-squares', { n: 20 });
    expect(content.body.id).not.toBe(one.body.id);
  });

  it('is refused when it is malformed', async () => {
    const answer = await submit('sum-of-squares', { n: 20 }, { 'idempotency-key': `"${'x'.repeat(256)}"` });
    expect(answer.status).toBe(400);
  });
});

describe('the list of computations', () => {
  it('is newest first, page by page, with a link to the next', async () => {
    const ids: string[] = [];
    for (let n = 100; n < 105; n += 1) ids.push((await submit('sum-of-squares', { n })).body.id);
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
    await submit('sum-of-squares', { n: 200 }, { prefer: 'wait=20' });
    const all = await api('GET', '/computations?limit=1&type=sum-of-squares');
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
    ['an unknown member', { type: 'sum-of-squares', input: { n: 1 }, extra: 1 }, '#/extra'],
    ['an unknown member of the input', { type: 'sum-of-squares', input: { n: 1, m: 2 } }, '#/input/m'],
    ['a number as a text', { type: 'sum-of-squares', input: { n: 'NaN' } }, '#/input/n'],
    ['a negative number', { type: 'sum-of-squares', input: { n: -1 } }, '#/input/n'],
    ['more work than a computation may be', { type: 'prime-count', input: { to: 9e15 } }, '#/input/to'],
    ['a huge integer', { type: 'sum-of-squares', input: { n: 1e300 } }, '#/input/n'],
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
