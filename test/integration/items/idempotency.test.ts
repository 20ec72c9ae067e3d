import { afterAll, beforeAll, expect, it } from 'vitest';
import { chair, type ItemsRequest, lamp, startItems } from '../../support/items.ts';

let items: Awaited<ReturnType<typeof startItems>>;
beforeAll(async () => {
  items = await startItems();
});
afterAll(() => items.stop());

const send = (request: ItemsRequest) => items.send(request);
const create = (key: string, body: object, as = 'ann') =>
  send({ method: 'POST', path: '/items', body, headers: { 'Idempotency-Key': key }, as });
const count = async (as: string) => (await send({ path: '/items?limit=100', as })).body.items.length;

it('a request with the same key and payload creates one item and gets the same answer', async () => {
  const first = await create('"once"', lamp, 'once');
  expect(first.status).toBe(201);
  expect(await create('"once"', lamp, 'once')).toEqual(first);
  expect(await count('once')).toBe(1);
});

it('the same payload in another order or spelling, and the same key without quotes, get the same answer', async () => {
  const first = await create('"spelling"', lamp);
  const body = `{ "details": "A lamp for the desk", "label": "\\u004camp" }`;
  expect(
    await send({ method: 'POST', path: '/items', body, headers: { 'Idempotency-Key': 'spelling' } }),
  ).toEqual(first);
});

it('many requests with one key at once create one item', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => create('"race"', lamp, 'race')));
  expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
  expect(await count('race')).toBe(1);
});

it('a request with the same key and another payload is 422 and creates nothing', async () => {
  await create('"other"', lamp, 'other');
  expect(await create('"other"', chair, 'other')).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '#/header/idempotency-key', detail: 'was used with another payload' }] },
  });
  expect(await count('other')).toBe(1);
});

it('a repeated request is answered with the item as it is now', async () => {
  const { body } = await create('"changed"', lamp);
  const changed = await send({ method: 'PUT', path: `/items/${body.id}`, body: chair });
  expect(await create('"changed"', lamp)).toMatchObject({
    status: 201,
    headers: { etag: changed.headers.etag },
    body: changed.body,
  });
});

it('a key can be used again once its item is deleted', async () => {
  const { body } = await create('"short"', lamp);
  await send({ method: 'DELETE', path: `/items/${body.id}` });
  expect((await create('"short"', chair)).status).toBe(201);
});

it('the same key of two tenants creates two items', async () => {
  const [ann, bob] = [await create('"shared"', lamp, 'ann'), await create('"shared"', chair, 'bob')];
  expect([ann.status, bob.status]).toEqual([201, 201]);
  expect(ann.body.id).not.toBe(bob.body.id);
});

it('a chosen id is kept, and is 409 when another request made the item', async () => {
  const chosen = { id: 1, ...lamp };
  const first = await create('"chosen"', chosen);
  expect(first.body.id).toBe(1);
  expect(await create('"chosen"', chosen)).toEqual(first);
  expect((await create('"chosen"', { ...chosen, label: 'x' })).status).toBe(422);
  expect((await create('"another"', chosen)).status).toBe(409);
});

it('a key derives the next id when another item has taken its id', async () => {
  const { body } = await create('"taken"', lamp);
  await send({ method: 'DELETE', path: `/items/${body.id}` });
  await send({ method: 'PUT', path: `/items/${body.id}`, body: chair });
  const second = await create('"taken"', lamp);
  expect(second.status).toBe(201);
  expect(second.body.id).not.toBe(body.id);
  expect(await create('"taken"', lamp)).toEqual(second);
});

it.each(['', '""', 'two words', '"unfinished', 'a,b', `"${'x'.repeat(256)}"`, '"é"'])(
  'the key %s is refused with 400',
  async (key) => {
    expect(await create(key, lamp)).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '#/header/idempotency-key' }] },
    });
  },
);
