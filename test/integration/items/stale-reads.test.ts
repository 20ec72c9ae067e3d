import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ItemInput, type ItemObservation, itemModel, sawFrom } from '../../support/item-history.ts';
import { startItems } from '../../support/items.ts';
import { isLinearizable, print, smallestWithoutOrder } from '../../support/linearizability.ts';

describe('the check of linearizability', () => {
  let items: Awaited<ReturnType<typeof startItems>>;
  beforeAll(async () => {
    items = await startItems();
  });
  afterAll(() => items.stop());

  /** Reads and writes of one item by two clients, one after another, the first behind an instance of its own. */
  const record = async (cacheControl: string) => {
    let now = 0;
    const history: ItemObservation[] = [];
    const observe = async (client: number, input: ItemInput) => {
      const called = ++now;
      const send = client === 0 ? items.send : items.elsewhere;
      const {
        status = 0,
        headers,
        body,
      } = await send({
        method: input.kind === 'read' ? 'GET' : 'PUT',
        path: '/items/1',
        headers: { 'Cache-Control': cacheControl },
        ...('values' in input && { body: input.values }),
      });
      const { id: _, createdAt: __, updatedAt: ___, ...values } = body;
      history.push({
        client,
        input,
        output: { status, etag: headers.etag, values },
        called,
        returned: ++now,
      });
    };
    for (const label of ['a', 'b', 'c']) {
      await observe(1, { kind: 'put', values: { label, details: '', stock: 0 } });
      await observe(0, { kind: 'read' });
      await observe(1, { kind: 'read' });
    }
    await items.send({ method: 'DELETE', path: '/items/1' });
    return history;
  };

  it('finds stale reads of a cache, and shows the writes and the read that contradict each other', async () => {
    expect(isLinearizable(itemModel, await record('no-cache'))).toBe(true);
    const stale = await record('max-age=60');
    expect(isLinearizable(itemModel, stale)).toBe(false);
    const smallest = smallestWithoutOrder(itemModel, stale, sawFrom);
    expect(smallest.map(({ client, input, output }) => [client, input.kind, output?.values?.label])).toEqual([
      [1, 'put', 'a'],
      [1, 'put', 'b'],
      [0, 'read', 'a'],
    ]);
    expect(print(smallest).split('\n')).toHaveLength(3);
  });
});
