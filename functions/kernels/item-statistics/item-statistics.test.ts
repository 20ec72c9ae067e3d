import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Item, reader, runSequential } from '../../../test/unit/kernels/run.ts';
import { itemStatistics } from './index.ts';

const run = async (items: readonly Item[], words?: number, pageSize?: number) =>
  (await runSequential(itemStatistics, { words }, reader(items, pageSize))).output;

const item = (id: number, name: string, description = ''): Item => ({ id, name, description });

const vocabulary = fc.constantFrom('red', 'Green', 'BLUE', 'größe', '東京', 'x1', 'नमस्ते', '😀', '-', 'don’t');
const text = fc.array(vocabulary, { maxLength: 12 }).map((words) => words.join(' '));
const items = fc
  .array(fc.record({ name: text, description: text }), { maxLength: 30 })
  .map((records) => records.map((record, id) => ({ id: id * 3, ...record })));

/** What the kernel should say, counted directly. */
const expected = (all: readonly Item[]) => {
  const counts = new Map<string, number>();
  for (const { name, description } of all) {
    for (const word of `${name} ${description}`.toLowerCase().split(/[\s😀’-]+/u)) {
      if (word !== '') counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  const lengths = (texts: string[]) => {
    const all = texts.map((text) => [...text].length);
    if (all.length === 0) return null;
    return { min: Math.min(...all), max: Math.max(...all), mean: all.reduce((a, b) => a + b) / all.length };
  };
  return {
    count: all.length,
    bytes: new TextEncoder().encode(all.map(({ name, description }) => name + description).join('')).length,
    lengths: {
      name: lengths(all.map(({ name }) => name)),
      description: lengths(all.map(({ description }) => description)),
    },
    words: [...counts]
      .map(([word, count]) => ({ word, count, error: 0 }))
      .toSorted((a, b) => b.count - a.count || (a.word < b.word ? -1 : 1)),
  };
};

describe('item-statistics', () => {
  it('agrees with a direct count, however the items come in pages', async () => {
    await fc.assert(
      fc.asyncProperty(items, fc.integer({ min: 1, max: 40 }), async (items, pageSize) => {
        expect(await run(items, 100, pageSize)).toEqual(expected(items));
      }),
    );
  });

  it('reports ten words, or as many as it is asked for', async () => {
    const items = [item(1, Array.from({ length: 50 }, (_, i) => `w${i}`).join(' '))];
    expect((await run(items)).words).toHaveLength(10);
    expect((await run(items, 3)).words.map(({ word }) => word)).toEqual(['w0', 'w1', 'w10']);
  });

  it('says of a tenant without items that there is nothing', async () => {
    expect(await run([])).toEqual({
      count: 0,
      bytes: 0,
      lengths: { name: null, description: null },
      words: [],
    });
  });

  it('takes words for the same that differ in case or in their Unicode form only', async () => {
    const { words } = await run([item(1, 'Café CAFÉ cafe\u0301'), item(2, 'İstanbul i̇stanbul')]);
    expect(words).toEqual([
      { word: 'café', count: 3, error: 0 },
      { word: 'i̇stanbul', count: 2, error: 0 },
    ]);
  });

  it('gives bounds, not false counts, for more words than it can hold', async () => {
    const rare = Array.from({ length: 2000 }, (_, i) => `rare${i}`);
    const mixed = rare.flatMap((word, i) => (i % 4 === 0 ? ['often', word] : [word]));
    const { words } = await run([item(1, mixed.join(' '))], 100);
    const [first, second] = words;
    expect(first?.word).toBe('often');
    expect(first?.count).toBeGreaterThanOrEqual(500);
    expect((first?.count ?? 0) - (first?.error ?? 0)).toBeLessThanOrEqual(500);
    expect((second?.count ?? 0) - (second?.error ?? 0)).toBe(1);
  });

  it('counts a long word as its beginning, cut between two characters', async () => {
    const { words } = await run([item(1, `${'東'.repeat(30)} ${'東'.repeat(40)} ${'a'.repeat(64)}b`)]);
    expect(words).toEqual([
      { word: '東'.repeat(21), count: 2, error: 0 },
      { word: 'a'.repeat(64), count: 1, error: 0 },
    ]);
  });

  it('keeps its state within 32 KB, whatever the items are', async () => {
    const letters = ['a', 'é', '東', '𠀀', '\ud800'];
    const hostile = letters.map((letter, id) =>
      item(id, Array.from({ length: 500 }, (_, i) => `${letter.repeat(200)}`.slice(i % 7) + i).join(' ')),
    );
    const distinct = item(
      9,
      Array.from({ length: 900 }, (_, i) => String(i).padStart(4, 'z').padEnd(64, '東')).join(' '),
    );
    let state = itemStatistics.start({});
    for (const items of [[...hostile, distinct], [distinct]]) {
      state = await itemStatistics.step(state, {}, { items: reader(items) });
      expect(state.counters.length).toBeLessThanOrEqual(256);
    }
    // The largest numbers that there could be, too.
    const largest = Number.MAX_SAFE_INTEGER;
    const lengths = { min: largest, max: largest, total: largest };
    const worst = {
      after: largest,
      finished: false,
      count: largest,
      bytes: largest,
      name: lengths,
      description: lengths,
      counters: Array.from({ length: 256 }, (_, i) => ({
        word: String(i).padEnd(64, 'x'),
        count: largest,
        error: largest,
      })),
    };
    for (const each of [state, worst]) {
      expect(itemStatistics.state.encode(each).length).toBeLessThanOrEqual(32 * 1024);
    }
  });

  it('leaves the state that it started from as it was, so that a step can be repeated', async () => {
    const page = reader([item(1, 'one two two'), item(2, 'two three')], 1);
    const first = await itemStatistics.step(itemStatistics.start({}), {}, { items: page });
    const before = structuredClone(first);
    const second = await itemStatistics.step(first, {}, { items: page });
    expect(first).toEqual(before);
    expect(await itemStatistics.step(first, {}, { items: page })).toEqual(second);
  });

  it('shows how many items it has read, and ends with their number', async () => {
    const page = reader([item(1, 'a'), item(2, 'b'), item(3, 'c')], 2);
    let state = itemStatistics.start({});
    const seen = [itemStatistics.progress(state, {})];
    for (let i = 0; i < 2; i += 1) {
      state = await itemStatistics.step(state, {}, { items: page });
      seen.push(itemStatistics.progress(state, {}));
    }
    expect(seen).toEqual([
      { done: 0, total: 1 },
      { done: 2, total: 3 },
      { done: 3, total: 3 },
    ]);
  });

  it.each([[0], [101], [1.5], ['5']])('refuses to report %j words', (words) => {
    expect(itemStatistics.input.safeParse({ words }).error?.issues).toMatchObject([{ path: ['words'] }]);
  });
});
