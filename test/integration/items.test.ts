import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifest } from '../../functions/manifest.ts';
import type { Platform } from '../../infra/local/platform.ts';
import { allOperations } from '../../infra/suite.ts';
import { type Answer, client } from '../support/api.ts';
import * as ownTypes from '../support/suite/kernels.ts';
import { startSuite } from '../support/suite.ts';

let platform: Platform;
let api: ReturnType<typeof client>;

beforeAll(async () => {
  platform = await startSuite();
  api = client(platform.url);
});
afterAll(() => platform.stop());

let nextId = 1_000;
/** A new item, its path and its entity tag. */
const made = async () => {
  nextId += 1;
  const { body, headers } = await api('POST', '/items', {
    body: { id: nextId, name: 'Lamp', description: 'Bright' },
  });
  return { id: body.id as number, path: `/items/${body.id}`, etag: headers.get('etag') ?? '' };
};

const isProblem = (answer: Answer, status: number) => {
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.body).toMatchObject({
    type: expect.any(String),
    title: expect.any(String),
    status,
    detail: expect.any(String),
    instance: expect.any(String),
  });
};

describe('items over HTTP', () => {
  it('are created with an id of the client or of the server', async () => {
    const chosen = await api('POST', '/items', { body: { id: 0, name: 'Zero', description: '' } });
    expect(chosen.status).toBe(201);
    expect(chosen.headers.get('location')).toBe('/items/0');
    expect(chosen.headers.get('etag')).toMatch(/^"[^"]+"$/);
    expect(chosen.body).toEqual({
      id: 0,
      name: 'Zero',
      description: '',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      updatedAt: expect.any(String),
    });
    const assigned = await api('POST', '/items', { body: { name: 'Any', description: '' } });
    expect(assigned.status).toBe(201);
    expect(Number.isSafeInteger(assigned.body.id)).toBe(true);
    const again = await api('POST', '/items', { body: { id: 0, name: 'Zero', description: '' } });
    isProblem(again, 409);
    expect(again.body.detail).toBe('Item already exists');
  });

  it('are created once for one Idempotency-Key', async () => {
    const call = { headers: { 'idempotency-key': '"k1"' }, body: { name: 'Once', description: '' } };
    const first = await api('POST', '/items', call);
    const again = await api('POST', '/items', call);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body.id).toBe(first.body.id);
    const other = await api('POST', '/items', { ...call, body: { name: 'Other', description: '' } });
    isProblem(other, 422);
  });

  it('are read, and not sent again to who has them', async () => {
    const { path, etag, id } = await made();
    const read = await api('GET', path);
    expect(read.status).toBe(200);
    expect(read.headers.get('etag')).toBe(etag);
    expect(read.body).toMatchObject({ id, name: 'Lamp' });
    const unchanged = await api('GET', path, { headers: { 'if-none-match': `W/${etag}` } });
    expect([unchanged.status, unchanged.body, unchanged.headers.get('etag')]).toEqual([304, '', etag]);
    const head = await api('HEAD', path);
    expect([head.status, head.body, head.headers.get('etag')]).toEqual([200, '', etag]);
    const missing = await api('GET', '/items/9007199254740991');
    isProblem(missing, 404);
    expect(missing.body.detail).toBe('Item not found');
  });

  it('are replaced on the condition that the client names', async () => {
    const { path, etag } = await made();
    const body = { name: 'Torch', description: 'Handy' };
    const replaced = await api('PUT', path, { body, headers: { 'if-match': etag } });
    expect(replaced.status).toBe(200);
    expect(replaced.headers.get('etag')).not.toBe(etag);
    isProblem(await api('PUT', path, { body, headers: { 'if-match': etag } }), 412);
    isProblem(await api('PUT', path, { body, headers: { 'if-none-match': '*' } }), 412);
    isProblem(await api('PUT', '/items/777', { body, headers: { 'if-match': '*' } }), 412);
    const created = await api('PUT', '/items/777', { body, headers: { 'if-none-match': '*' } });
    expect([created.status, created.headers.get('location')]).toEqual([201, '/items/777']);
  });

  it('are patched by merging, whatever content type API Gateway encodes', async () => {
    const { path, etag } = await made();
    const headers = { 'content-type': 'application/merge-patch+json' };
    const patched = await api('PATCH', path, {
      headers: { ...headers, 'if-match': etag },
      body: '{"name":"Ä"}',
    });
    expect(patched.status).toBe(200);
    expect(patched.body).toMatchObject({ name: 'Ä', description: 'Bright' });
    isProblem(await api('PATCH', path, { headers: { ...headers, 'if-match': etag }, body: '{}' }), 412);
    isProblem(
      await api('PATCH', '/items/888', { headers: { ...headers, 'if-match': etag }, body: '{}' }),
      404,
    );
    const removed = await api('PATCH', path, { headers, body: '{"name":null}' });
    isProblem(removed, 422);
    expect(removed.body.errors).toMatchObject([{ pointer: '#/name' }]);
    const plain = await api('PATCH', path, { headers: { 'content-type': 'text/plain' }, body: '{}' });
    isProblem(plain, 415);
    expect(plain.headers.get('accept-patch')).toContain('application/merge-patch+json');
  });

  it('are deleted on the condition that the client names', async () => {
    const { path, etag } = await made();
    isProblem(await api('DELETE', path, { headers: { 'if-match': '"other"' } }), 412);
    expect((await api('DELETE', path, { headers: { 'if-match': etag } })).status).toBe(204);
    isProblem(await api('DELETE', path), 404);
    isProblem(await api('DELETE', path, { headers: { 'if-match': etag } }), 404);
  });

  it('have one winner when many replace the same version', async () => {
    const { path, etag } = await made();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        api('PUT', path, { headers: { 'if-match': etag }, body: { name: `n${n}`, description: '' } }),
      ),
    );
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(11);
    expect((await api('GET', path)).body.name).toBe(winners[0]?.body.name);
  });

  it('are listed page by page in the order of their ids', async () => {
    await made();
    const seen: number[] = [];
    let path: string | undefined = '/items?limit=3';
    while (path !== undefined) {
      const page: Answer = await api('GET', path);
      expect(page.status).toBe(200);
      seen.push(...page.body.items.map(({ id }: { id: number }) => id));
      path = page.headers.get('link')?.match(/<([^>]+)>; rel="next"/)?.[1];
    }
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
    expect(seen.length).toBeGreaterThan(4);
  });
});

describe('bad input', () => {
  const json = { 'content-type': 'application/json' };
  it.each([
    ['malformed JSON', '{"name":', 400],
    ['nothing', '', 400],
    ['invalid UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d), 400],
    ['a member twice', '{"name":"a","name":"b","description":""}', 400],
    ['another type', '[]', 422],
    ['a wrong type', '{"name":1,"description":""}', 422],
    ['an unknown member', '{"name":"a","description":"","admin":true}', 422],
    ['__proto__', '{"name":"a","description":"","__proto__":{"admin":true}}', 422],
    ['an empty name', '{"name":"","description":""}', 422],
    ['a long name', JSON.stringify({ name: 'x'.repeat(257), description: '' }), 422],
    ['a negative id', '{"id":-1,"name":"a","description":""}', 422],
    ['an id that is no integer', '{"id":1.5,"name":"a","description":""}', 422],
    ['an id beyond 2^53 - 1', '{"id":9007199254740993,"name":"a","description":""}', 422],
    ['a huge number', '{"id":1e999,"name":"a","description":""}', 422],
    ['NaN as a text', '{"id":"NaN","name":"a","description":""}', 422],
    ['more than 256 KiB', JSON.stringify({ name: 'a', description: 'x'.repeat(300_000) }), 413],
  ])('%s is refused', async (_, body, status) => {
    isProblem(await api('POST', '/items', { headers: json, body }), status);
  });

  it.each([
    ['GET', '/items/-1', 422],
    ['GET', '/items/abc', 422],
    ['GET', '/items/9007199254740992', 422],
    ['GET', '/items/1e3', 422],
    ['GET', '/items?limit=-1', 422],
    ['GET', '/items?limit=1&limit=2', 422],
    ['GET', '/items?limit=99999999999', 422],
    ['GET', '/items?cursor=AAAA', 422],
    ['GET', '/items?other=1', 422],
    ['GET', '/nothing', 404],
    ['GET', '/', 404],
    ['GET', '/items/1/2', 404],
    ['POST', '/items/1', 405],
    ['DELETE', '/items', 405],
  ])('%s %s is %i', async (method, path, status) => {
    const answer = await api(method, path);
    isProblem(answer, status);
    if (status === 405) expect(answer.headers.get('allow')).toBeTruthy();
    if (status === 422) expect(answer.body.errors.length).toBeGreaterThan(0);
  });

  it('of another content type is 415', async () => {
    isProblem(await api('POST', '/items', { headers: { 'content-type': 'text/plain' }, body: '{}' }), 415);
    isProblem(
      await api('PUT', '/items/1', { headers: { 'content-type': 'application/xml' }, body: '<a/>' }),
      415,
    );
  });

  it('in a precondition is 400', async () => {
    const { path } = await made();
    isProblem(await api('GET', path, { headers: { 'if-none-match': 'unquoted' } }), 400);
    isProblem(await api('DELETE', path, { headers: { 'if-match': '' } }), 400);
  });
});

describe('the service', () => {
  it('is healthy, and described, to anybody', async () => {
    expect(await api('GET', '/health')).toMatchObject({ status: 200, body: { status: 'pass' } });
    const { status, body } = await api('GET', '/openapi.json');
    expect(status).toBe(200);
    expect(body.openapi).toMatch(/^3\.1\./);
    const paths = allOperations(manifest).map(({ path }) => path);
    expect(Object.keys(body.paths).sort()).toEqual([...new Set(paths)].sort());
  });

  it('tells its computation types', async () => {
    const { status, body } = await api('GET', '/computation-types');
    expect(status).toBe(200);
    const { types } = body as { types: { name: string; input: object; example: object }[] };
    const own = Object.values(ownTypes).map(({ name }) => name);
    expect(types.map(({ name }) => name)).toEqual(own.sort());
    expect(types.every(({ input, example }) => input && example)).toBe(true);
  });

  it('answers with headers that suit an API', async () => {
    const { headers } = await api('GET', '/health');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('strict-transport-security')).toBeTruthy();
    expect(headers.get('x-powered-by')).toBeNull();
  });
});
