import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { chair, type ItemsRequest, lamp, startItems } from '../../support/items.ts';

let items: Awaited<ReturnType<typeof startItems>>;
let id = 0;
beforeAll(async () => {
  items = await startItems();
});
afterAll(() => items.stop());
afterEach(() => vi.useRealTimers());

const send = (request: ItemsRequest) => items.send(request);
const minutesAgo = (minutes: number) =>
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - minutes * 60_000 });
/** An item that was last written a while ago. */
const given = async () => {
  minutesAgo(10);
  const { headers } = await send({ method: 'POST', path: '/items', body: { id: ++id, ...lamp } });
  vi.useRealTimers();
  return { path: `/items/${id}`, etag: headers.etag ?? '' };
};
const unknown = { status: 503, headers: { 'retry-after': expect.stringMatching(/^\d+$/) } };
const meanwhile = (request: ItemsRequest) => () => send(request);

describe('a write that was applied is answered as a success, although DynamoDB’s answer was lost', () => {
  it('POST', async () => {
    items.proxy.break({ kind: 'answer-lost' });
    const body = { id: ++id, ...lamp };
    const created = await send({ method: 'POST', path: '/items', body });
    expect(created).toMatchObject({ status: 201, body });
    expect(await send({ path: `/items/${id}` })).toMatchObject({ headers: { etag: created.headers.etag } });
  });

  it('POST, also when another client has changed the item since', async () => {
    items.proxy.break({
      kind: 'answer-lost',
      meanwhile: meanwhile({ method: 'PUT', path: `/items/${++id}`, body: chair }),
    });
    expect((await send({ method: 'POST', path: '/items', body: { id, ...lamp } })).status).toBe(201);
    expect((await send({ path: `/items/${id}` })).body).toMatchObject(chair);
  });

  it.each(['PUT', 'PATCH'])('%s with and without If-Match', async (method) => {
    for (const conditional of [true, false]) {
      const { path, etag } = await given();
      items.proxy.break({ kind: 'answer-lost' });
      const headers = conditional ? { 'If-Match': etag } : {};
      const written = await send({ method, path, body: chair, headers });
      expect(written).toMatchObject({ status: 200, body: chair });
      expect(await send({ path })).toMatchObject({
        headers: { etag: written.headers.etag },
        body: written.body,
      });
    }
  });

  it('PUT with If-None-Match: *', async () => {
    items.proxy.break({ kind: 'answer-lost' });
    const headers = { 'If-None-Match': '*' };
    expect((await send({ method: 'PUT', path: `/items/${++id}`, body: lamp, headers })).status).toBe(201);
  });

  it('PUT that creates, with what it wrote, also when another client has changed the item since', async () => {
    items.proxy.break({
      kind: 'answer-lost',
      meanwhile: meanwhile({ method: 'PATCH', path: `/items/${++id}`, body: { details: 'theirs' } }),
    });
    const path = `/items/${id}`;
    const created = await send({ method: 'PUT', path, body: lamp });
    expect(created).toMatchObject({ status: 201, body: { id, ...lamp } });
    const now = await send({ path });
    expect(now.body).toMatchObject({ ...lamp, details: 'theirs' });
    expect(now.headers.etag).not.toBe(created.headers.etag);
    expect(now.body.createdAt).toBe(created.body.createdAt);
  });

  it('PUT that creates', async () => {
    items.proxy.break({ kind: 'answer-lost' });
    expect((await send({ method: 'PUT', path: `/items/${++id}`, body: lamp })).status).toBe(201);
  });
});

describe('a write that never reached DynamoDB is sent again', () => {
  it.each(['PUT', 'PATCH', 'DELETE'])('%s', async (method) => {
    const { path } = await given();
    items.proxy.break({ kind: 'request-lost' });
    const answer = await send({ method, path, body: method === 'DELETE' ? undefined : chair });
    expect(answer.status).toBeLessThan(300);
  });

  it('and is refused when its condition does not hold', async () => {
    const { path } = await given();
    const headers = { 'If-Match': '"x"' };
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      items.proxy.break({ kind: 'request-lost' });
      const body = method === 'DELETE' ? undefined : chair;
      expect((await send({ method, path, body, headers })).status).toBe(412);
    }
    items.proxy.break({ kind: 'request-lost' });
    expect((await send({ method: 'POST', path: '/items', body: { id, ...lamp } })).status).toBe(409);
  });

  it('after throttling, as often as the SDK does', async () => {
    const { path } = await given();
    const throttled = { kind: 'error', status: 400, name: 'ProvisionedThroughputExceededException' } as const;
    items.proxy.break(throttled, throttled);
    expect((await send({ method: 'PUT', path, body: chair })).status).toBe(200);
  });
});

describe('a write of which nobody can tell whether it was applied is 503', () => {
  it('a DELETE that finds no item after an attempt without an answer', async () => {
    const { path } = await given();
    items.proxy.break({ kind: 'answer-lost' });
    expect(await send({ method: 'DELETE', path })).toMatchObject(unknown);
    expect(await send({ method: 'DELETE', path })).toMatchObject({ status: 404 });
  });

  const creations: readonly (() => ItemsRequest)[] = [
    () => ({ method: 'POST', path: '/items', body: { id: ++id, ...lamp } }),
    () => ({ method: 'PUT', path: `/items/${++id}`, body: lamp }),
    () => ({ method: 'PUT', path: `/items/${++id}`, body: lamp, headers: { 'If-None-Match': '*' } }),
  ];

  it.each(creations)('a creation whose item was deleted since, and does not come back', async (create) => {
    const request = create();
    const path = `/items/${id}`;
    items.proxy.break({ kind: 'answer-lost', meanwhile: meanwhile({ method: 'DELETE', path }) });
    expect(await send(request)).toMatchObject(unknown);
    expect((await send({ path })).status).toBe(404);
  });

  it.each(creations)(
    'a creation that never reached DynamoDB, until the client repeats it',
    async (create) => {
      const request = create();
      items.proxy.break({ kind: 'request-lost' });
      expect(await send(request)).toMatchObject(unknown);
      expect((await send(request)).status).toBe(201);
    },
  );

  it('a PATCH whose item was deleted since', async () => {
    const { path } = await given();
    items.proxy.break({ kind: 'answer-lost', meanwhile: meanwhile({ method: 'DELETE', path }) });
    expect(await send({ method: 'PATCH', path, body: chair })).toMatchObject(unknown);
  });

  it.each(['PUT', 'PATCH', 'DELETE'])(
    'a %s with If-Match after which another client wrote',
    async (method) => {
      const { path, etag } = await given();
      items.proxy.break({
        kind: 'answer-lost',
        meanwhile: meanwhile({ method: 'PUT', path, body: { label: 'theirs', details: '' } }),
      });
      const body = method === 'DELETE' ? undefined : chair;
      expect(await send({ method, path, body, headers: { 'If-Match': etag } })).toMatchObject(unknown);
    },
  );
});

describe('a write that is sent again does not overwrite what another client wrote since', () => {
  it.each(['PUT', 'PATCH', 'DELETE'])('%s without If-Match', async (method) => {
    const { path } = await given();
    const theirs = { label: 'theirs', details: '' };
    items.proxy.break({ kind: 'answer-lost', meanwhile: meanwhile({ method: 'PUT', path, body: theirs }) });
    const body = method === 'DELETE' ? undefined : chair;
    expect(await send({ method, path, body })).toMatchObject(unknown);
    expect((await send({ path })).body).toMatchObject(theirs);
  });

  it('DELETE does not delete what was created since', async () => {
    const { path } = await given();
    const theirs = { method: 'POST', path: '/items', body: { id, ...chair } };
    items.proxy.break({ kind: 'answer-lost', meanwhile: meanwhile(theirs) });
    expect(await send({ method: 'DELETE', path })).toMatchObject(unknown);
    expect((await send({ path })).status).toBe(200);
  });
});

describe('a failure of DynamoDB or the network', () => {
  const requests: ItemsRequest[] = [
    { path: '/items' },
    { path: '/items/1' },
    { method: 'POST', path: '/items', body: lamp },
    { method: 'PUT', path: '/items/1', body: lamp },
    { method: 'PATCH', path: '/items/1', body: lamp },
    { method: 'DELETE', path: '/items/1' },
  ];

  it.each([
    ['ProvisionedThroughputExceededException', 400],
    ['ThrottlingException', 400],
    ['AccessDeniedException', 400],
    ['ResourceNotFoundException', 400],
    ['UnrecognizedClientException', 400],
    ['InternalServerError', 500],
    ['ServiceUnavailable', 503],
  ])('%s is 503 with Retry-After and says nothing of its cause', async (name, status) => {
    for (const request of requests.slice(1, 3)) {
      items.proxy.break(...Array(4).fill({ kind: 'error', status, name }));
      const answer = await send(request);
      expect(answer).toMatchObject(unknown);
      expect(answer.headers['content-type']).toBe('application/problem+json');
      expect(JSON.stringify(answer)).not.toMatch(/secret|table|exception|dynamo|aws/i);
      items.proxy.forget();
    }
  });

  it('no answer from the network is 503 with Retry-After', async () => {
    for (const request of requests) {
      items.proxy.break(...Array(4).fill({ kind: 'request-lost' }));
      expect(await send(request)).toMatchObject(unknown);
      items.proxy.forget();
    }
  });
});
