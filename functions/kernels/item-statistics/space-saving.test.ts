import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpaceSaving } from './space-saving.ts';

/** Streams with few and with many different words, some of them frequent. */
const stream = fc
  .tuple(fc.integer({ min: 1, max: 60 }), fc.array(fc.nat(), { maxLength: 400 }))
  .map(([distinct, numbers]) => numbers.map((n) => `w${Math.floor((n % distinct) ** 2 / distinct)}`));

const capacity = fc.integer({ min: 1, max: 20 });

const count = (words: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
};

const summarise = (capacity: number, words: readonly string[]): SpaceSaving => {
  const summary = new SpaceSaving(capacity);
  for (const word of words) summary.add(word);
  return summary;
};

describe('SpaceSaving', () => {
  it('is exact up to its capacity', () => {
    fc.assert(
      fc.property(stream, (words) => {
        const exact = count(words);
        const { counters } = summarise(Math.max(1, exact.size), words);
        expect(new Map(counters.map(({ word, count }) => [word, count]))).toEqual(exact);
        expect(counters.every(({ error }) => error === 0)).toBe(true);
      }),
    );
  });

  it('bounds every count from both sides, and never holds more than its capacity', () => {
    fc.assert(
      fc.property(capacity, stream, (capacity, words) => {
        const exact = count(words);
        const { counters } = summarise(capacity, words);
        expect(counters.length).toBe(Math.min(capacity, exact.size));
        expect(counters.reduce((sum, { count }) => sum + count, 0)).toBe(words.length);
        for (const { word, count, error } of counters) {
          expect(exact.get(word) ?? 0).toBeLessThanOrEqual(count);
          expect(exact.get(word) ?? 0).toBeGreaterThanOrEqual(count - error);
          expect(error).toBeLessThanOrEqual(words.length / capacity);
        }
      }),
    );
  });

  it('never misses a word that is more frequent than one in its capacity', () => {
    fc.assert(
      fc.property(capacity, stream, (capacity, words) => {
        const held = new Set(summarise(capacity, words).counters.map(({ word }) => word));
        for (const [word, occurrences] of count(words)) {
          if (occurrences > words.length / capacity) expect(held).toContain(word);
        }
      }),
    );
  });

  it('goes on from its counters as if it had not stopped', () => {
    fc.assert(
      fc.property(capacity, stream, stream, (capacity, first, second) => {
        const stopped = new SpaceSaving(capacity, summarise(capacity, first).counters);
        for (const word of second) stopped.add(word);
        expect(stopped.counters).toEqual(summarise(capacity, [...first, ...second]).counters);
      }),
    );
  });
});
