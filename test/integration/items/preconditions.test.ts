import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chair, type ItemsRequest, lamp, startItems } from '../../support/items.ts';

let items: Awaited<ReturnType<typeof startItems>>;
let id = 0;
beforeAll(async () => {
  items = await startItems();
});
afterAll(() => items.stop());

const send = (request: ItemsRequest) => items.send(request);
/** A new item, with its path and entity tag. */
const given = async () => {
  const { headers } = await send({ method: 'POST', path: '/items', body: { id: ++id, ...lamp } });
  return { path: `/items/${id}`, etag: headers.etag ?? '' };
};
const nothing = () => `/items/${++id}`;
const bodies: Record<string, unknown> = { PUT: chair, PATCH: { label: 'Chair' } };
const write = (method: string, path: string, headers: Record<string, string>) =>
  send({ method, path, headers, body: bodies[method] });

describe.each(['PUT', 'PATCH', 'DELETE'])('%s with If-Match', (method) => {
  it.each([
    ['the tag', (etag: string) => etag],
    ['a list with the tag', (etag: string) => `"other" , ${etag}, W/"weak"`],
    ['*', () => '*'],
  ])('of %s is carried out', async (_, value) => {
    const { path, etag } = await given();
    const { status } = await write(method, path, { 'If-Match': value(etag) });
    expect(status).toBe(method === 'DELETE' ? 204 : 200);
  });

  it.each([
    ['another tag', () => '"other"'],
    ['the tag as a weak one', (etag: string) => `W/${etag}`],
    ['the empty tag', () => '""'],
  ])('of %s is 412 and changes nothing', async (_, value) => {
    const { path, etag } = await given();
    expect(await write(method, path, { 'If-Match': value(etag) })).toMatchObject({
      status: 412,
      headers: { 'content-type': 'application/problem+json' },
    });
    expect(await send({ path })).toMatchObject({ status: 200, headers: { etag }, body: lamp });
  });

  it.each(['"x"', '*'])('of %s on an item that is not there is 412 for PUT, else 404', async (value) => {
    const path = nothing();
    const { status } = await write(method, path, { 'If-Match': value });
    expect(status).toBe(method === 'PUT' ? 412 : 404);
    expect((await send({ path })).status).toBe(404);
  });

  it('is 412 when another write came first', async () => {
    const { path, etag } = await given();
    const second = await send({ method: 'PATCH', path, body: {} });
    expect(second.headers.etag).not.toBe(etag);
    expect((await write(method, path, { 'If-Match': etag })).status).toBe(412);
  });

  it('is carried out for one of many requests at once', async () => {
    const { path, etag } = await given();
    const writes = Array.from({ length: 10 }, () => write(method, path, { 'If-Match': etag }));
    const statuses = (await Promise.all(writes)).map(({ status }) => Number(status));
    expect(statuses.filter((status) => status < 300)).toHaveLength(1);
    // Who comes after a winning DELETE finds nothing.
    expect(statuses.filter((status) => status === (method === 'DELETE' ? 404 : 412))).toHaveLength(9);
  });

  it.each(['x', '"x', '"a" "b"', ',', '', '*, "a"', 'w/"a"', Array(51).fill('"a"').join()])(
    'of %s is refused with 400',
    async (value) => {
      const { path } = await given();
      expect(await write(method, path, { 'If-Match': value })).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: '#/header/if-match' }] },
      });
    },
  );
});

describe('writing with If-None-Match', () => {
  it('of * creates and never replaces', async () => {
    const path = nothing();
    expect((await write('PUT', path, { 'If-None-Match': '*' })).status).toBe(201);
    expect((await write('PUT', path, { 'If-None-Match': '*' })).status).toBe(412);
  });

  it('of the tag, even as a weak one, is 412; of others it is carried out', async () => {
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      const { path, etag } = await given();
      expect((await write(method, path, { 'If-None-Match': `"x", W/${etag}` })).status).toBe(412);
      expect((await write(method, path, { 'If-None-Match': '"x"' })).status).toBeLessThan(300);
    }
    expect((await write('PUT', nothing(), { 'If-None-Match': '"x"' })).status).toBe(201);
  });

  it('is checked as well as If-Match', async () => {
    const { path, etag } = await given();
    const headers = { 'If-Match': etag, 'If-None-Match': etag };
    expect((await write('PUT', path, headers)).status).toBe(412);
    expect((await write('PUT', path, { ...headers, 'If-None-Match': '"x"' })).status).toBe(200);
  });
});

describe.each(['GET', 'HEAD'])('%s', (method) => {
  it.each([
    ['the tag', (etag: string) => etag],
    ['the weak tag', (etag: string) => `W/${etag}`],
    ['a list with it', (etag: string) => `"x",${etag}`],
    ['*', () => '*'],
  ])('with If-None-Match of %s is 304 with the headers of a 200', async (_, value) => {
    const { path, etag } = await given();
    const unchanged = await send({ method, path, headers: { 'If-None-Match': value(etag) } });
    expect(unchanged).toMatchObject({
      status: 304,
      headers: { etag, 'cache-control': 'private, no-cache', vary: 'Authorization' },
      body: undefined,
    });
    expect(unchanged.headers['content-type']).toBeUndefined();
  });

  it('with If-None-Match of another tag is 200', async () => {
    const { path } = await given();
    expect((await send({ method, path, headers: { 'If-None-Match': '"x"' } })).status).toBe(200);
  });

  it('evaluates If-Match first', async () => {
    const { path, etag } = await given();
    const reading = (headers: Record<string, string>) => send({ method, path, headers });
    expect((await reading({ 'If-Match': '"x"', 'If-None-Match': etag })).status).toBe(412);
    expect((await reading({ 'If-Match': etag, 'If-None-Match': etag })).status).toBe(304);
    expect((await reading({ 'If-Match': etag })).status).toBe(200);
  });

  it('of an item that is not there is 404, whatever the conditions', async () => {
    const headers = { 'If-Match': '"x"', 'If-None-Match': '*' };
    expect((await send({ method, path: nothing(), headers })).status).toBe(404);
  });
});

it('never uses an entity tag again, not even for the same content', async () => {
  const { path, etag } = await given();
  const tags = [etag];
  for (const method of ['PUT', 'DELETE', 'PUT', 'PATCH', 'PATCH']) {
    const { headers } = await write(method, path, {});
    if (headers.etag) tags.push(headers.etag);
  }
  expect(new Set(tags).size).toBe(5);
});
