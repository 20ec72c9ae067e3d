import { afterAll, beforeAll, expect, it } from 'vitest';
import { chair, type ItemsRequest, lamp, startItems } from '../../support/items.ts';

let items: Awaited<ReturnType<typeof startItems>>;
beforeAll(async () => {
  items = await startItems();
  await items.send({ method: 'POST', path: '/items', body: { id: 1, ...lamp } });
  await items.send({ method: 'POST', path: '/items', body: lamp, headers: { 'Idempotency-Key': 'key' } });
});
afterAll(() => items.stop());

/** What a request costs: the DynamoDB operations that it is made of and their capacity units. */
const cost = async (request: ItemsRequest) => {
  items.proxy.passed();
  const { status } = await items.send(request);
  return [
    status,
    ...items.proxy
      .passed()
      .map(({ operation, capacityUnits }) => `${operation} ${capacityUnits ?? 'refused'}`),
  ];
};
const key = { 'Idempotency-Key': 'key' };
const no = { 'If-Match': '"no"' };

it.each<[string, ItemsRequest, (string | number)[]]>([
  ['creating', { method: 'POST', path: '/items', body: lamp }, [201, 'PutItem 1']],
  ['creating with an id', { method: 'POST', path: '/items', body: { id: 2, ...lamp } }, [201, 'PutItem 1']],
  [
    'repeating with a key',
    { method: 'POST', path: '/items', body: lamp, headers: key },
    [201, 'PutItem refused'],
  ],
  ['reusing a key', { method: 'POST', path: '/items', body: chair, headers: key }, [422, 'PutItem refused']],
  [
    'creating what exists',
    { method: 'POST', path: '/items', body: { id: 1, ...lamp } },
    [409, 'PutItem refused'],
  ],
  ['reading', { path: '/items/1' }, [200, 'GetItem 1']],
  ['reading what is unchanged', { path: '/items/1', headers: { 'If-None-Match': '*' } }, [304, 'GetItem 1']],
  ['reading nothing', { path: '/items/404' }, [404, 'GetItem 1']],
  ['listing', { path: '/items' }, [200, 'Query 1']],
  ['replacing', { method: 'PUT', path: '/items/1', body: chair }, [200, 'UpdateItem 1']],
  ['creating in place', { method: 'PUT', path: '/items/3', body: chair }, [201, 'UpdateItem 1']],
  [
    'replacing in vain',
    { method: 'PUT', path: '/items/1', body: chair, headers: no },
    [412, 'UpdateItem refused'],
  ],
  ['patching', { method: 'PATCH', path: '/items/1', body: { label: 'x' } }, [200, 'UpdateItem 1']],
  ['patching nothing', { method: 'PATCH', path: '/items/404', body: {} }, [404, 'UpdateItem refused']],
  ['deleting', { method: 'DELETE', path: '/items/3' }, [204, 'DeleteItem 1']],
  ['deleting nothing', { method: 'DELETE', path: '/items/404' }, [404, 'DeleteItem refused']],
])(
  '%s takes one DynamoDB request, and one capacity unit when it is carried out',
  async (_, request, expected) => {
    expect(await cost(request)).toEqual(expected);
  },
);

it('a request that is refused for its form asks DynamoDB nothing', async () => {
  expect(await cost({ method: 'POST', path: '/items', body: {} })).toEqual([422]);
  expect(await cost({ path: '/items/x' })).toEqual([422]);
  expect(await cost({ path: '/items?cursor=x' })).toEqual([422]);
  expect(await cost({ method: 'DELETE', path: '/items/1', headers: { 'If-Match': 'x' } })).toEqual([400]);
});
