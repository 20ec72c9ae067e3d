import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lamp, startItems } from '../../support/items.ts';

let items: Awaited<ReturnType<typeof startItems>>;
beforeAll(async () => {
  items = await startItems();
});
afterAll(() => items.stop());

const everything = { ...lamp, fragile: true, weight: 1.25, stock: 7, tags: ['light', 'é😀'] };
const put = (id: number, body: object) => items.send({ method: 'PUT', path: `/items/${id}`, body });
const patch = (id: number, body: object) => items.send({ method: 'PATCH', path: `/items/${id}`, body });
const read = async (id: number) => (await items.send({ path: `/items/${id}` })).body;

describe('fields of every kind', () => {
  it('are kept as they were written', async () => {
    expect((await put(1, everything)).body).toMatchObject(everything);
    expect(await read(1)).toMatchObject(everything);
  });

  it('are each checked by their own schema', async () => {
    const body = {
      label: '',
      details: 1,
      fragile: 'no',
      weight: 1e9,
      stock: 0.5,
      tags: ['a', 'b', 'c', 'd'],
    };
    const { errors } = (await put(2, body)).body;
    expect(errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '#/label',
      '#/details',
      '#/fragile',
      '#/weight',
      '#/stock',
      '#/tags',
    ]);
  });

  it.each([0, -0, 1_000, -1_000, 1e-130, 0.1 + 0.2, -999.9999999999999])(
    'take the number %d and give it back',
    async (weight) => {
      expect((await put(3, { ...lamp, weight })).status).toBeLessThan(300);
      expect((await read(3)).weight).toBe(weight === 0 ? 0 : weight);
    },
  );

  it.each([5e-324, -1e-131, 1_000.0000001])('refuse the number %d, which cannot be kept', async (weight) => {
    expect(await put(4, { ...lamp, weight })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '#/weight' }] },
    });
  });
});

describe('an optional field', () => {
  it('may be absent, and is removed by null in a patch', async () => {
    await put(10, everything);
    expect((await patch(10, { weight: null, tags: null })).body).not.toHaveProperty('weight');
    expect(await read(10)).toMatchObject({ ...lamp, fragile: true, stock: 7 });
    expect(await read(10)).not.toHaveProperty('tags');
    expect((await patch(10, { weight: null })).status).toBe(200);
  });

  it('goes when an item is replaced without it', async () => {
    await put(11, everything);
    await put(11, lamp);
    for (const name of ['fragile', 'weight', 'tags']) expect(await read(11)).not.toHaveProperty(name);
  });

  it('cannot be null otherwise', async () => {
    expect((await put(12, { ...lamp, weight: null })).status).toBe(422);
  });
});

describe('a field with a default', () => {
  it('is filled in when an item is created or replaced without it', async () => {
    expect((await put(20, lamp)).body.stock).toBe(1);
    await put(20, everything);
    expect((await put(20, lamp)).body.stock).toBe(1);
    expect((await items.send({ method: 'POST', path: '/items', body: lamp })).body.stock).toBe(1);
  });

  it('is left alone by a patch without it, and cannot be removed', async () => {
    await put(21, everything);
    expect((await patch(21, { label: 'Candle' })).body.stock).toBe(7);
    expect((await patch(21, { stock: null })).status).toBe(422);
  });
});

it('an array is replaced whole by a patch', async () => {
  await put(30, everything);
  expect((await patch(30, { tags: ['dark'] })).body.tags).toEqual(['dark']);
  expect((await read(30)).tags).toEqual(['dark']);
});
