import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runSequential } from '../../../test/support/kernel-runs.ts';
import { type ItemReader, itemStatistics } from './index.ts';

type Item = Readonly<Record<string, unknown>> & { readonly id: number };

/** A reader of these items, a page of `size` at a time. */
const reader = (items: readonly Item[], size = 100): ItemReader => ({
  async page(after) {
    const rest = items.filter(({ id }) => after === undefined || id > after);
    const page = rest.slice(0, size);
    return { items: page, next: rest.length > page.length ? page.at(-1)?.id : undefined };
  },
});

const run = async (items: readonly Item[], words?: number, pageSize?: number) =>
  (await runSequential(itemStatistics, { words }, { items: reader(items, pageSize) })).output;

const vocabulary = fc.constantFrom('red', 'Green', 'BLUE', 'größe', '東京', 'x1', 'नमस्ते', '😀', '-', 'don’t');
const text = fc.array(vocabulary, { maxLength: 12 }).map((words) => words.join(' '));
/** Items with two fields of text, one that they may lack, and what is no text. */
const items = fc
  .array(
    fc.record(
      { title: text, remarks: text, place: text, price: fc.nat() },
      { requiredKeys: ['title', 'remarks'] },
    ),
    { maxLength: 30 },
  )
  .map((records) => records.map((record, id): Item => ({ id: id * 3, ...record })));

/** What the kernel should say, counted directly. */
const expected = (all: readonly Item[]) => {
  const fields = ['title', 'remarks', 'place'].map((field) => ({
    field,
    texts: all.flatMap(({ [field]: text }) => (typeof text === 'string' ? [text] : [])),
  }));
  const counts = new Map<string, number>();
  for (const word of fields.flatMap(({ texts }) =>
    texts.flatMap((text) => text.toLowerCase().split(/[\s😀’-]+/u)),
  )) {
    if (word !== '') counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const lengths = (texts: readonly string[]) => {
    const all = texts.map((text) => [...text].length);
    return { min: Math.min(...all), max: Math.max(...all), mean: all.reduce((a, b) => a + b) / all.length };
  };
  return {
    count: all.length,
    bytes: new TextEncoder().encode(fields.flatMap(({ texts }) => texts).join('')).length,
    lengths: Object.fromEntries(
      fields.flatMap(({ field, texts }) => (texts.length === 0 ? [] : [[field, lengths(texts)]])),
    ),
    words: [...counts]
      .map(([word, count]) => ({ word, count, error: 0 }))
      .toSorted((a, b) => b.count - a.count || (a.word < b.word ? -1 : 1)),
  };
};

const titled = (id: number, title: string): Item => ({ id, title });

describe('item-statistics', () => {
  it('agrees with a direct count, whatever fields the items have and however they come in pages', async () => {
    await fc.assert(
      fc.asyncProperty(items, fc.integer({ min: 1, max: 40 }), async (items, pageSize) => {
        expect(await run(items, 100, pageSize)).toEqual(expected(items));
      }),
    );
  });

  it('computes its example', async () => {
    const { input, output } = itemStatistics.example;
    const blue = { id: 1, name: 'Blue', description: 'A blue bicycle' };
    expect(JSON.stringify(await run([blue], input.words))).toBe(JSON.stringify(output));
  });

  it('gives the same bytes in whatever order the fields of an item come', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `name${i}`).join(' ');
    const descriptions = Array.from({ length: 300 }, (_, i) => `description${i}`).join(' ');
    const result = await run([{ id: 1, name: names, description: descriptions }], 100);
    expect(await run([{ description: descriptions, name: names, id: 1 }], 100)).toEqual(result);
    expect(Object.keys(result.lengths)).toEqual(['name', 'description']);
  });

  it('counts neither the times of an item nor what is internal', async () => {
    const times = { createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-02T00:00:00.000Z' };
    const output = await run([{ id: 1, _etag: 'secret', ...times, colour: 'red' }]);
    expect(output).toEqual({
      count: 1,
      bytes: 3,
      lengths: { colour: { min: 3, max: 3, mean: 3 } },
      words: [{ word: 'red', count: 1, error: 0 }],
    });
  });

  it('takes a field for what it is, also when every object has a member of that name', async () => {
    const output = await run([{ id: 1, constructor: 'red' }]);
    expect(output.lengths).toEqual({ constructor: { min: 3, max: 3, mean: 3 } });
  });

  it('tells the lengths of 32 fields with names of 62 bytes apart, and counts the words of all', async () => {
    const fields = Array.from({ length: 40 }, (_, i) => [`f${String(i).padStart(61, '0')}`, 'same']);
    const [first = [], ...others] = fields.toReversed();
    const item = { id: 1, ...Object.fromEntries([...others, [`${first[0]}x`, 'same']]) };
    const { bytes, lengths, words } = await run([item]);
    const told = others.slice(0, 32).map(([field]) => field);
    expect(Object.keys(lengths)).toEqual(told);
    expect(bytes).toBe(160);
    expect(words).toEqual([{ word: 'same', count: 40, error: 0 }]);
  });

  it('reports ten words, or as many as it is asked for', async () => {
    const items = [titled(1, Array.from({ length: 50 }, (_, i) => `w${i}`).join(' '))];
    expect((await run(items)).words).toHaveLength(10);
    expect((await run(items, 3)).words.map(({ word }) => word)).toEqual(['w0', 'w1', 'w10']);
  });

  it('reports nothing for a tenant without items', async () => {
    expect(await run([])).toEqual({ count: 0, bytes: 0, lengths: {}, words: [] });
  });

  it('takes words for the same that differ in case or in their Unicode form only', async () => {
    const { words } = await run([titled(1, 'Café CAFÉ cafe\u0301'), titled(2, 'İstanbul i̇stanbul')]);
    expect(words).toEqual([
      { word: 'café', count: 3, error: 0 },
      { word: 'i̇stanbul', count: 2, error: 0 },
    ]);
  });

  it('bounds the error of each count when there are more words than it can hold', async () => {
    const rare = Array.from({ length: 2000 }, (_, i) => `rare${i}`);
    const mixed = rare.flatMap((word, i) => (i % 4 === 0 ? ['often', word] : [word]));
    const { words } = await run([titled(1, mixed.join(' '))], 100);
    const [first, second] = words;
    expect(first?.word).toBe('often');
    expect(first?.count).toBeGreaterThanOrEqual(500);
    expect((first?.count ?? 0) - (first?.error ?? 0)).toBeLessThanOrEqual(500);
    expect((second?.count ?? 0) - (second?.error ?? 0)).toBe(1);
  });

  it('counts a long word as its beginning, cut between two characters', async () => {
    const { words } = await run([titled(1, `${'東'.repeat(30)} ${'東'.repeat(40)} ${'a'.repeat(64)}b`)]);
    expect(words).toEqual([
      { word: '東'.repeat(21), count: 2, error: 0 },
      { word: 'a'.repeat(64), count: 1, error: 0 },
    ]);
  });

  it('keeps its state within 32 KB, whatever the items and their fields are', async () => {
    const letters = ['a', 'é', '東', '𠀀', '\ud800', '"', '\u0000'];
    const hostile = letters.map(
      (letter, id): Item => ({
        id,
        ...Object.fromEntries(Array.from({ length: 50 }, (_, i) => [letter.repeat(i) + i, letter])),
        title: Array.from({ length: 500 }, (_, i) => letter.repeat(200).slice(i % 7) + i).join(' '),
      }),
    );
    const distinct = titled(
      9,
      Array.from({ length: 900 }, (_, i) => String(i).padStart(4, 'z').padEnd(64, '東')).join(' '),
    );
    let state = itemStatistics.start({});
    for (const items of [[...hostile, distinct], [distinct]]) {
      state = await itemStatistics.step(state, {}, { items: reader(items) });
      expect(state.counters.length).toBeLessThanOrEqual(256);
      expect(state.fields.length).toBeLessThanOrEqual(32);
    }
    // The largest numbers that there could be, too.
    const largest = Number.MAX_SAFE_INTEGER;
    const lengths = { count: largest, min: largest, max: largest, total: largest };
    const worst: typeof state = {
      after: largest,
      finished: false,
      count: largest,
      bytes: largest,
      fields: Array.from({ length: 32 }, (_, i) => [String(i).padEnd(62, 'x'), lengths]),
      counters: Array.from({ length: 256 }, (_, i) => ({
        word: String(i).padEnd(64, 'x'),
        count: largest,
        error: largest,
      })),
    };
    for (const each of [state, worst]) {
      const bytes = itemStatistics.state.encode(each);
      expect(bytes.length).toBeLessThanOrEqual(32 * 1024);
      expect(itemStatistics.state.decode(bytes)).toEqual(each);
    }
  });

  it('leaves the state that it started from as it was, so that a step can be repeated', async () => {
    const items = reader([titled(1, 'one two two'), titled(2, 'two three')], 1);
    const first = await itemStatistics.step(itemStatistics.start({}), {}, { items });
    const before = structuredClone(first);
    const second = await itemStatistics.step(first, {}, { items });
    expect(first).toEqual(before);
    expect(await itemStatistics.step(first, {}, { items })).toEqual(second);
  });

  it('shows how many items it has read, and ends with their number', async () => {
    const items = reader([titled(1, 'a'), titled(2, 'b'), titled(3, 'c')], 2);
    let state = itemStatistics.start({});
    const seen = [itemStatistics.progress(state, {})];
    for (let i = 0; i < 2; i += 1) {
      state = await itemStatistics.step(state, {}, { items });
      seen.push(itemStatistics.progress(state, {}));
    }
    expect(seen).toEqual([
      { done: 0, total: 1 },
      { done: 2, total: 3 },
      { done: 3, total: 3 },
    ]);
  });

  it.each([[0], [101], [1.5], ['5']])('refuses to report %j words', (words) => {
    expect(itemStatistics.input().safeParse({ words }).error?.issues).toMatchObject([{ path: ['words'] }]);
  });
});
