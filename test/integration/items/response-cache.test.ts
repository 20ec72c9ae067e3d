import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { chair, type ItemsRequest, lamp, startItems } from '../../support/items.ts';

let items: Awaited<ReturnType<typeof startItems>>;
let path = '';
let id = 0;
beforeAll(async () => {
  items = await startItems();
});
afterAll(() => items.stop());
beforeEach(async () => {
  path = `/items/${++id}`;
  await items.send({ method: 'PUT', path, body: lamp });
  items.proxy.passed();
});
afterEach(() => {
  items.proxy.forget();
  vi.useRealTimers();
});

const read = (cacheControl?: string, request: ItemsRequest = {}) =>
  items.send({
    path,
    ...request,
    headers: { ...request.headers, ...(cacheControl && { 'Cache-Control': cacheControl }) },
  });
const later = (seconds: number) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1_000 });
};
/** Another instance of the function writes. */
const elsewhere = () => items.elsewhere({ method: 'PUT', path, body: chair });
const outage = () => items.proxy.break(...Array(20).fill({ kind: 'request-lost' }));
const requests = () => items.proxy.passed().length;

describe('a client that does not accept old answers', () => {
  it('gets what DynamoDB has now, with each request', async () => {
    await read();
    await elsewhere();
    const { body, headers } = await read();
    expect(body).toMatchObject(chair);
    expect(headers.age).toBeUndefined();
  });

  it('gets 503 in an outage, at once when the circuit is open, and is told when to come back', async () => {
    await read();
    outage();
    for (let n = 0; n < 3; n += 1) expect((await read()).status).toBe(503);
    const asked = items.proxy.asked();
    expect(await read()).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    expect(items.proxy.asked()).toBe(asked);
    later(6);
    items.proxy.forget();
    expect((await read()).status).toBe(200);
  });
});

describe('max-age=N', () => {
  it('gets a cached answer up to N seconds old, with its Age, without a request to DynamoDB', async () => {
    await read();
    await elsewhere();
    requests();
    later(3);
    const answer = await read('max-age=5');
    expect(answer).toMatchObject({ status: 200, body: lamp, headers: { etag: expect.any(String) } });
    expect(Number(answer.headers.age)).toBeGreaterThanOrEqual(3);
    expect(requests()).toBe(0);
    later(3);
    expect((await read('max-age=5')).body).toMatchObject(chair);
  });

  it.each(['no-cache, max-age=60', 'no-store, max-age=60', 'max-age=soon', 'max-age=0'])(
    '%s gets what DynamoDB has now',
    async (value) => {
      await read();
      await elsewhere();
      later(1);
      expect((await read(value)).body).toMatchObject(chair);
    },
  );

  it('answers 304 when the client has that very representation, and HEAD without a body', async () => {
    const { headers } = await read();
    const unchanged = await read('max-age=60', { headers: { 'If-None-Match': headers.etag ?? '' } });
    expect(unchanged).toMatchObject({
      status: 304,
      headers: { etag: headers.etag, age: expect.any(String) },
    });
    const head = await read('max-age=60', { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, body: undefined, headers: { age: expect.any(String) } });
    expect(await read('max-age=60')).toMatchObject({ status: 200, body: lamp });
  });

  it('never answers a request with If-Match', async () => {
    const { headers } = await read();
    await elsewhere();
    expect(await read('max-age=60', { headers: { 'If-Match': headers.etag ?? '' } })).toMatchObject({
      status: 412,
    });
  });

  it('never gives a tenant what another tenant has read', async () => {
    await read();
    expect((await read('max-age=60', { as: 'bob' })).status).toBe(404);
  });

  it.each([
    ['PUT', 200],
    ['PATCH', 200],
    ['DELETE', 204],
  ])('gives what the same instance wrote by %s', async (method, status) => {
    await read();
    await items.send({ path: '/items' });
    const body = method === 'DELETE' ? undefined : chair;
    expect((await items.send({ method, path, body })).status).toBe(status);
    const after = await read('max-age=60');
    if (method === 'DELETE') expect(after.status).toBe(404);
    else expect(after.body).toMatchObject(chair);
    const list = await items.send({ path: '/items', headers: { 'Cache-Control': 'max-age=60' } });
    expect(list.headers.age).toBeUndefined();
  });

  it('gives what DynamoDB has after a write that got no answer', async () => {
    await read();
    items.proxy.break({ kind: 'answer-lost' }, ...Array(4).fill({ kind: 'request-lost' }));
    expect((await items.send({ method: 'PUT', path, body: chair })).status).toBe(503);
    items.proxy.forget();
    later(6); // the circuit may be open
    expect((await read('max-age=60')).body).toMatchObject(chair);
  });

  it('caches a list by its query', async () => {
    const list = (query: string) =>
      items.send({ path: `/items?${query}`, headers: { 'Cache-Control': 'max-age=60' } });
    const first = await list('limit=1');
    expect(first.headers.age).toBeUndefined();
    expect(await list('limit=1')).toMatchObject({
      status: 200,
      body: first.body,
      headers: { age: expect.any(String) },
    });
    expect((await list('limit=2')).headers.age).toBeUndefined();
  });
});

describe('stale-if-error=N', () => {
  it('gets a cached answer only when DynamoDB gives none', async () => {
    await read();
    await elsewhere();
    const fresh = await read('stale-if-error=60');
    expect(fresh.body).toMatchObject(chair);
    expect(fresh.headers.age).toBeUndefined();
    outage();
    later(10);
    const stale = await read('stale-if-error=60');
    expect(stale).toMatchObject({ status: 200, body: chair });
    expect(Number(stale.headers.age)).toBeGreaterThanOrEqual(10);
    expect((await read('stale-if-error=5')).status).toBe(503);
    expect((await read('stale-if-error=60', { as: 'bob' })).status).toBe(503);
  });

  it('gets 404 for an item that was deleted elsewhere', async () => {
    await read();
    await items.elsewhere({ method: 'DELETE', path });
    later(20); // the circuit may have been opened above
    expect((await read('stale-if-error=60')).status).toBe(404);
  });
});
