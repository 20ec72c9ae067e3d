import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_PARTS } from '../../../functions/lib/engine/limits.ts';
import { evenSplit, maxUnits } from '../../../functions/lib/kernel/split.ts';

const size = fc
  .record({ smallest: fc.integer({ min: 1, max: 1e9 }), more: fc.integer({ min: 0, max: 1e9 }) })
  .map(({ smallest, more }) => ({ smallest, largest: smallest + more }));

describe('evenSplit', () => {
  it('covers every unit once, in order, with no more parts than a computation may have', () => {
    const input = size.chain((size) =>
      fc.record({
        size: fc.constant(size),
        total: fc.integer({ min: 0, max: Math.min(maxUnits(size), 2 ** 50) }),
      }),
    );
    fc.assert(
      fc.property(input, ({ size, total }) => {
        const { parts, range } = evenSplit(total, size);
        expect(parts).toBeGreaterThanOrEqual(1);
        expect(parts).toBeLessThanOrEqual(MAX_PARTS);
        const ranges = Array.from({ length: parts }, (_, part) => range(part));
        expect(ranges.every(({ end, start }) => end - start <= size.largest)).toBe(true);
        expect(ranges.slice(0, -1).every(({ end, start }) => end - start >= size.smallest)).toBe(true);
        expect(ranges.every(({ start }, part) => start === (ranges[part - 1]?.end ?? 0))).toBe(true);
        expect(ranges.at(-1)?.end).toBe(total);
      }),
      { numRuns: 50 },
    );
  });

  it('makes a hundred parts of a total that is neither small nor large', () => {
    const size = { smallest: 10, largest: 1000 };
    expect(evenSplit(5, size).parts).toBe(1);
    expect(evenSplit(500, size).parts).toBe(50);
    expect(evenSplit(1000, size).parts).toBe(100);
    expect(evenSplit(100_000, size).parts).toBe(100);
    expect(evenSplit(200_000, size).parts).toBe(200);
    expect(evenSplit(maxUnits(size), size).parts).toBe(MAX_PARTS);
  });

  it('makes one empty part of a total of 0', () => {
    const { parts, range } = evenSplit(0, { smallest: 10, largest: 1000 });
    expect([parts, range(0)]).toEqual([1, { start: 0, end: 0 }]);
  });
});
