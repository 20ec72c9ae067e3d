import { afterAll, beforeAll, expect, it } from 'vitest';
import { chair, type ItemsRequest, lamp, startItems } from '../../support/items.ts';

let items: Awaited<ReturnType<typeof startItems>>;
beforeAll(async () => {
  items = await startItems();
});
afterAll(() => items.stop());

/** What the line of a request says that it consumed: units read and written, and writes refused. */
const consumedBy = async (request: ItemsRequest) => {
  const { status } = await items.send(request);
  const { readUnits, writeUnits, refusedWrites } = items.log.lines.at(-1);
  return [status, readUnits, writeUnits, refusedWrites];
};

it('the line of a request has what it consumed', async () => {
  const path = '/items/1';
  expect(await consumedBy({ method: 'POST', path: '/items', body: { id: 1, ...lamp } })).toEqual([
    201, 0, 1, 0,
  ]);
  expect(await consumedBy({ path })).toEqual([200, 1, 0, 0]);
  expect(await consumedBy({ path: '/items' })).toEqual([200, 1, 0, 0]);
  const large = { ...chair, details: 'x'.repeat(4_000) };
  expect(await consumedBy({ method: 'PUT', path, body: large })).toEqual([200, 0, 5, 0]);
  expect(await consumedBy({ path })).toEqual([200, 2, 0, 0]);
  expect(await consumedBy({ method: 'DELETE', path })).toEqual([204, 0, 5, 0]);
});

it('the line counts a write whose condition failed, because DynamoDB does not report what it consumed', async () => {
  const refused = { method: 'PUT', path: '/items/2', headers: { 'If-Match': '"other"' }, body: lamp };
  expect(await consumedBy(refused)).toEqual([412, 0, 0, 1]);
});

it('an answer from the response cache consumes nothing', async () => {
  await items.send({ method: 'POST', path: '/items', body: { id: 3, ...lamp } });
  const path = '/items/3';
  expect(await consumedBy({ path })).toEqual([200, 1, 0, 0]);
  expect(await consumedBy({ path, headers: { 'Cache-Control': 'max-age=60' } })).toEqual([200, 0, 0, 0]);
});
