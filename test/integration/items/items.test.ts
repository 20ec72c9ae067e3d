import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeCursor } from '../../../functions/lib/http/cursor.ts';
import { itemFields } from '../../support/item-fields.ts';
import { chair, type ItemsRequest, lamp, startItems } from '../../support/items.ts';

let items: Awaited<ReturnType<typeof startItems>>;
beforeAll(async () => {
  items = await startItems();
});
afterAll(() => items.stop());

const send = (request: ItemsRequest) => items.send(request);
const create = (body: object, more: Omit<ItemsRequest, 'body'> = {}) =>
  send({ method: 'POST', path: '/items', body, ...more });
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

describe('creating', () => {
  it('keeps the id that the client chose', async () => {
    const created = await create({ id: 1, ...lamp });
    expect(created).toMatchObject({
      status: 201,
      headers: { location: '/items/1', etag: expect.stringMatching(/^"[\w-]{22}"$/) },
      body: { id: 1, ...lamp, createdAt: time, updatedAt: time },
    });
    expect(created.body.createdAt).toBe(created.body.updatedAt);
    expect(await send({ path: '/items/1' })).toMatchObject({ status: 200, body: created.body });
  });

  it('assigns an id of up to 53 bits when the client chose none', async () => {
    const [one, two] = [await create(lamp), await create(lamp)];
    expect(one.status).toBe(201);
    expect(one.body.id).toSatisfy(Number.isSafeInteger);
    expect(one.body.id).not.toBe(two.body.id);
    expect(one.headers.location).toBe(`/items/${one.body.id}`);
  });

  it.each([0, Number.MAX_SAFE_INTEGER])('takes %d as an id', async (id) => {
    expect((await create({ id, ...lamp })).body.id).toBe(id);
    expect((await send({ path: `/items/${id}` })).body.id).toBe(id);
  });

  it('refuses an id that is taken', async () => {
    await create({ id: 2, ...lamp });
    expect(await create({ id: 2, ...chair })).toMatchObject({
      status: 409,
      headers: { 'content-type': 'application/problem+json' },
      body: { type: 'about:blank', status: 409, detail: 'Item already exists', instance: '/items' },
    });
    expect((await send({ path: '/items/2' })).body).toMatchObject(lamp);
  });

  it('counts characters, not the units of an encoding', async () => {
    const label = '🛋'.repeat(256);
    const { status, body } = await create({ label, details: '' });
    expect([status, body.label]).toEqual([201, label]);
    expect(await create({ label: `${label}!`, details: '' })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '#/label', detail: 'must have 1 to 256 characters' }] },
    });
  });

  it('answers with id, fields and times, and nothing else of the record', async () => {
    const { body } = await create(lamp, { headers: { 'Idempotency-Key': 'what leaves' } });
    expect(body.status).toBe(400);
    const kept = await create(lamp, { headers: { 'Idempotency-Key': '"what leaves"' } });
    const read = await send({ path: kept.headers.location ?? '' });
    for (const { body } of [kept, read]) {
      const known = ['id', ...Object.keys(itemFields), 'createdAt', 'updatedAt'];
      expect(Object.keys(body).filter((name) => !known.includes(name))).toEqual([]);
    }
  });
});

describe('reading', () => {
  it('answers 404 for an item that is not there, and for an item of another tenant', async () => {
    await create({ id: 10, ...lamp });
    const missing = { status: 404, body: { detail: 'Item not found' } };
    expect(await send({ path: '/items/11' })).toMatchObject(missing);
    expect(await send({ path: '/items/10', as: 'bob' })).toMatchObject(missing);
  });

  it('answers HEAD like GET, without the body', async () => {
    await create({ id: 12, ...lamp });
    const get = await send({ path: '/items/12' });
    expect(await send({ path: '/items/12', method: 'HEAD' })).toEqual({ ...get, body: undefined });
  });

  it('allows the client alone to keep the item, and to use it again only after asking', async () => {
    await create({ id: 13, ...lamp });
    const { headers } = await send({ path: '/items/13' });
    expect(headers).toMatchObject({ 'cache-control': 'private, no-cache', vary: 'Authorization' });
  });
});

describe('replacing', () => {
  it('creates what is not there and replaces what is', async () => {
    const created = await send({ method: 'PUT', path: '/items/20', body: lamp });
    expect(created).toMatchObject({
      status: 201,
      headers: { location: '/items/20', etag: expect.any(String) },
      body: { id: 20, ...lamp },
    });
    const replaced = await send({ method: 'PUT', path: '/items/20', body: chair });
    expect(replaced).toMatchObject({
      status: 200,
      body: { id: 20, ...chair, createdAt: created.body.createdAt },
    });
    expect(replaced.headers.location).toBeUndefined();
    expect(replaced.headers.etag).not.toBe(created.headers.etag);
    expect((await send({ path: '/items/20' })).body).toEqual(replaced.body);
  });

  it('refuses an id in the body', async () => {
    expect(await send({ method: 'PUT', path: '/items/21', body: { id: 21, ...lamp } })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '#/id', detail: 'is not known here' }] },
    });
  });
});

describe('patching', () => {
  it.each(['application/merge-patch+json', 'application/json'])('merges %s', async (type) => {
    await send({ method: 'PUT', path: '/items/30', body: lamp });
    const patched = await send({
      method: 'PATCH',
      path: '/items/30',
      body: { label: 'Candle' },
      headers: { 'Content-Type': type },
    });
    expect(patched).toMatchObject({ status: 200, body: { id: 30, ...lamp, label: 'Candle' } });
    expect((await send({ path: '/items/30' })).body).toEqual(patched.body);
  });

  it('changes nothing with an empty patch', async () => {
    await send({ method: 'PUT', path: '/items/31', body: lamp });
    expect(await send({ method: 'PATCH', path: '/items/31', body: {} })).toMatchObject({
      status: 200,
      body: lamp,
    });
  });

  it('refuses to remove a required field', async () => {
    await send({ method: 'PUT', path: '/items/32', body: lamp });
    expect(await send({ method: 'PATCH', path: '/items/32', body: { label: null } })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '#/label', detail: 'must be a string' }] },
    });
  });

  it('answers 404 for an item that is not there, whatever the precondition', async () => {
    const headers = { 'If-Match': '"x"' };
    expect((await send({ method: 'PATCH', path: '/items/33', body: {}, headers })).status).toBe(404);
  });

  it('names the media types that it takes when it refuses another one', async () => {
    const headers = { 'Content-Type': 'application/json-patch+json' };
    expect(await send({ method: 'PATCH', path: '/items/33', body: [], headers })).toMatchObject({
      status: 415,
      headers: { 'accept-patch': 'application/merge-patch+json, application/json' },
    });
  });
});

describe('deleting', () => {
  it('answers 204 without a body, and 404 from then on', async () => {
    await create({ id: 40, ...lamp });
    const deleted = await send({ method: 'DELETE', path: '/items/40' });
    expect([deleted.status, deleted.body, deleted.headers['content-type']]).toEqual([
      204,
      undefined,
      undefined,
    ]);
    expect((await send({ path: '/items/40' })).status).toBe(404);
    expect((await send({ method: 'DELETE', path: '/items/40' })).status).toBe(404);
  });

  it('leaves other tenants’ items alone', async () => {
    await create({ id: 41, ...lamp });
    expect((await send({ method: 'DELETE', path: '/items/41', as: 'bob' })).status).toBe(404);
    expect((await send({ path: '/items/41' })).status).toBe(200);
  });
});

describe('listing', () => {
  const page = async (query: string, as = 'lister') => send({ path: `/items${query}`, as });

  it('gives all items in the order of their ids, by cursor or by link', async () => {
    expect((await page('')).body).toEqual({ items: [] });
    for (const id of [5, 3, 11, 1, 2]) await create({ id, ...lamp }, { as: 'lister' });
    const first = await page('?limit=2');
    expect(first.body.items.map(({ id }: { id: number }) => id)).toEqual([1, 2]);
    const second = await page(`?limit=2&cursor=${first.body.next}`);
    expect(second.body.items.map(({ id }: { id: number }) => id)).toEqual([3, 5]);
    const link = /^<(.*)>; rel="next"$/.exec(second.headers.link ?? '')?.[1];
    const third = await send({ path: link ?? '', as: 'lister' });
    expect(third.body.items.map(({ id }: { id: number }) => id)).toEqual([11]);
    expect([third.body.next, third.headers.link]).toEqual([undefined, undefined]);
  });

  it('has no next page when the last one is full', async () => {
    for (const id of [1, 2]) await create({ id, ...lamp }, { as: 'full' });
    const { body } = await page('?limit=2', 'full');
    expect([body.items.length, body.next]).toEqual([2, undefined]);
  });

  it('refuses a cursor that is made up, changed, or of another tenant', async () => {
    for (const id of [1, 2]) await create({ id, ...lamp }, { as: 'owner' });
    const { next } = (await page('?limit=1', 'owner')).body;
    const refused = {
      status: 422,
      body: {
        errors: [{ pointer: '#/query/cursor', detail: 'must be the next of an earlier page of this list' }],
      },
    };
    const changed = next.slice(0, 5) + (next[5] === 'A' ? 'B' : 'A') + next.slice(6);
    for (const cursor of ['x', 'bnVsbA', 'W10', changed, `${next},${next}`, 'x'.repeat(600)]) {
      expect(await page(`?cursor=${cursor}`, 'owner')).toMatchObject(refused);
    }
    expect(await page(`?cursor=${next}`, 'thief')).toMatchObject(refused);
  });

  it('refuses a forged cursor that holds no position', async () => {
    const tenant = createHash('sha256').update('ann').digest('base64url').slice(0, 22);
    for (const position of [['x'], [1.5], [1e300], [2 ** 53]]) {
      const cursor = encodeCursor({ tenant, route: 'listItems', filters: {} }, position);
      expect((await page(`?cursor=${cursor}`, 'ann')).status).toBe(422);
    }
    const cursor = encodeCursor({ tenant, route: 'listItems', filters: {} }, [7]);
    expect((await page(`?cursor=${cursor}`, 'ann')).status).toBe(200);
  });

  it.each(['0', '101', '-1', '1.5', '1e1', 'NaN', '', '1&limit=2', '9'.repeat(400)])(
    'refuses limit=%s',
    async (limit) => {
      expect(await page(`?limit=${limit}`)).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '#/query/limit', detail: 'must be a whole number from 1 to 100' }] },
      });
    },
  );

  it('refuses parameters that it does not know', async () => {
    expect((await page('?page=2')).body.errors).toEqual([
      { pointer: '#/query/page', detail: 'is not known here' },
    ]);
  });
});

describe('a request that breaks the schema', () => {
  const range = 'must be a whole number from 0 to 9007199254740991';

  it.each([
    [{ ...lamp, id: -1 }, '#/id', range],
    [{ ...lamp, id: 1.5 }, '#/id', range],
    [{ ...lamp, id: '1' }, '#/id', range],
    [{ ...lamp, id: 2 ** 53 }, '#/id', range],
    [{ ...lamp, id: 1e300 }, '#/id', range],
    [{ ...lamp, id: null }, '#/id', range],
    [{ ...lamp, label: '' }, '#/label', 'must have 1 to 256 characters'],
    [{ ...lamp, label: 'x'.repeat(257) }, '#/label', 'must have 1 to 256 characters'],
    [{ ...lamp, label: 7 }, '#/label', 'must be a string'],
    [{ ...lamp, details: 'x'.repeat(4_097) }, '#/details', 'must have 4096 characters or less'],
    [{ label: 'x' }, '#/details', 'is required'],
    [{ ...lamp, createdAt: 'now' }, '#/createdAt', 'is not known here'],
    [{ ...lamp, tenant: 'bob' }, '#/tenant', 'is not known here'],
    [{ ...lamp, 'a/b~c d': 1 }, '#/a~1b~0c%20d', 'is not known here'],
    ['{"__proto__": {}, "label": "a", "details": ""}', '#/__proto__', 'is not known here'],
    ['[]', '#', 'must be an object'],
    ['"NaN"', '#', 'must be an object'],
    ['null', '#', 'must be an object'],
  ])('%j is refused with the place', async (body, pointer, detail) => {
    expect(await create(body as object)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer, detail }] },
    });
  });

  it('names every wrong place in one answer', async () => {
    const body = { label: 1, more: 2 };
    const { errors } = (await send({ method: 'PUT', path: '/items/x?y=1', body })).body;
    expect(errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '#/details',
      '#/label',
      '#/more',
      '#/path/id',
      '#/query/y',
    ]);
  });

  it.each(['x', '-1', '1.0', '01', '0x1', '1e3', '9007199254740992', '9'.repeat(30), '%F0%9F%98%80', 'NaN'])(
    'the id %s is refused',
    async (id) => {
      for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
        const body = method === 'PUT' ? lamp : method === 'PATCH' ? {} : undefined;
        expect(await send({ method, path: `/items/${id}`, body })).toMatchObject({
          status: 422,
          body: { errors: [{ pointer: '#/path/id', detail: range }] },
        });
      }
    },
  );
});
