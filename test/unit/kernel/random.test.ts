import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  openUnit,
  randomBlocks,
  randomNumbers,
  threefry4x32,
  uniformIntegers,
} from '../../../functions/lib/kernel/random.ts';

type Four = [number, number, number, number];

const block = (counter: Four, key: Four): number[] => {
  const words = new Uint32Array(4);
  threefry4x32(...counter, ...key, words);
  return [...words];
};

/** How far counts are from equal, in standard deviations of the chi-squared distribution. */
const unevenness = (counts: readonly number[], draws: number): number => {
  const expected = draws / counts.length;
  const chi2 = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  const freedom = counts.length - 1;
  return (chi2 - freedom) / Math.sqrt(2 * freedom);
};

const ones = (word: number): number => word.toString(2).replaceAll('0', '').length;

describe('threefry4x32', () => {
  // The known answers that its authors publish with Random123 (kat_vectors, threefry4x32 with 20 rounds).
  it.each<{ counter: Four; key: Four; words: Four }>([
    {
      counter: [0, 0, 0, 0],
      key: [0, 0, 0, 0],
      words: [0x9c6ca96a, 0xe17eae66, 0xfc10ecd4, 0x5256a7d8],
    },
    {
      counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      key: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      words: [0x2a881696, 0x57012287, 0xf6c7446e, 0xa16a6732],
    },
    {
      counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      key: [0xa4093822, 0x299f31d0, 0x082efa98, 0xec4e6c89],
      words: [0x59cd1dbb, 0xb8879579, 0x86b5d00c, 0xac8b6d84],
    },
  ])('gives the published answer for counter $counter', ({ counter, key, words }) => {
    expect(block(counter, key)).toEqual(words);
  });
});

describe('randomBlocks', () => {
  it('uses all bits of seed, index and draw', () => {
    const words = new Uint32Array(4);
    randomBlocks(0x0012_3456_789a_bcde)(0x001f_edcb_a987_6543, 5, words);
    expect([...words]).toEqual(block([0xa987_6543, 0x001f_edcb, 5, 0], [0x789a_bcde, 0x0012_3456, 0, 0]));
  });

  it('changes half of its bits when one bit of its index or seed changes', () => {
    const [before, after] = [new Uint32Array(4), new Uint32Array(4)];
    const bit = fc.integer({ min: 0, max: 52 });
    let changed = 0;
    let blocks = 0;
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), bit, fc.boolean(), (seed, index, bit, inSeed) => {
        const flip = (n: number) => Number(BigInt(n) ^ (1n << BigInt(bit)));
        randomBlocks(seed)(index, 0, before);
        randomBlocks(inSeed ? flip(seed) : seed)(inSeed ? index : flip(index), 0, after);
        changed += before.reduce((sum, word, i) => sum + ones((word ^ (after[i] ?? 0)) >>> 0), 0);
        blocks += 1;
      }),
      { numRuns: 2000, seed: 1 },
    );
    expect(Math.abs(changed / blocks / 128 - 0.5)).toBeLessThan(0.005);
  });

  it('sets each bit as often as not', () => {
    const words = new Uint32Array(4);
    const blocks = randomBlocks(1);
    const counts = new Array<number>(128).fill(0);
    const draws = 20_000;
    for (let i = 0; i < draws; i += 1) {
      blocks(i, 0, words);
      for (let bit = 0; bit < 128; bit += 1) {
        counts[bit] = (counts[bit] ?? 0) + (((words[bit >> 5] ?? 0) >>> (bit & 31)) & 1);
      }
    }
    for (const count of counts) expect(Math.abs(count - draws / 2) / Math.sqrt(draws / 4)).toBeLessThan(4.5);
  });
});

describe('randomNumbers', () => {
  it('has two numbers a block, for any index', () => {
    const words = new Uint32Array(4);
    const even: [number, number] = [0, 0];
    const odd: [number, number] = [0, 0];
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 52 - 1 }), fc.nat(), (block, draw) => {
        randomBlocks(9)(block, draw, words);
        randomNumbers(9)(2 * block, draw, even);
        randomNumbers(9)(2 * block + 1, draw, odd);
        expect([...even, ...odd]).toEqual([...words]);
      }),
    );
  });
});

describe('openUnit', () => {
  it('stays strictly between 0 and 1, symmetric about a half', () => {
    expect(openUnit(0, 0)).toBe(2 ** -53);
    expect(openUnit(0xffffffff, 0xffffffff)).toBe(1 - 2 ** -53);
    const word = fc.nat({ max: 0xffffffff });
    fc.assert(
      fc.property(word, word, (high, low) => {
        expect(1 - openUnit(high, low)).toBe(openUnit(~high >>> 0, ~low >>> 0));
      }),
    );
  });

  it('is uniform, alone and in neighbouring pairs', () => {
    const words = new Uint32Array(4);
    const blocks = randomBlocks(2);
    const draws = 500_000;
    const single = new Array<number>(1000).fill(0);
    const pairs = new Array<number>(1024).fill(0);
    let last = 0;
    for (let i = 0; i < draws; i += 1) {
      blocks(i, 0, words);
      const u = openUnit(words[0] ?? 0, words[1] ?? 0);
      const bin = Math.floor(u * 1000);
      single[bin] = (single[bin] ?? 0) + 1;
      const cell = Math.floor(u * 32) * 32 + Math.floor(last * 32);
      pairs[cell] = (pairs[cell] ?? 0) + 1;
      last = u;
    }
    expect(Math.abs(unevenness(single, draws))).toBeLessThan(4);
    expect(Math.abs(unevenness(pairs, draws))).toBeLessThan(4);
  });
});

describe('uniformIntegers', () => {
  it.each([1, 2, 3, 6, 7, 100, 1000])('gives each of %d values the same chance', (range) => {
    const draws = 200_000;
    const counts = new Array<number>(range).fill(0);
    const integer = uniformIntegers(3, range);
    for (let i = 0; i < draws; i += 1) {
      const value = integer(i);
      counts[value] = (counts[value] ?? 0) + 1;
    }
    expect(counts.reduce((a, b) => a + b)).toBe(draws);
    if (range > 1) expect(Math.abs(unevenness(counts, draws))).toBeLessThan(4);
  });

  // Just above half of 2^53, every other draw must be thrown away: modulo would give the low values twice the chance.
  it.each([2 ** 52 + 1, 3 * 2 ** 51, 2 ** 53 - 1, 2 ** 53])('has no bias for the large range %d', (range) => {
    const draws = 100_000;
    const counts = new Array<number>(50).fill(0);
    const integer = uniformIntegers(4, range);
    let outside = 0;
    for (let i = 0; i < draws; i += 1) {
      const value = integer(i);
      if (!Number.isInteger(value) || value < 0 || value >= range) outside += 1;
      const bin = Math.floor((value / range) * 50);
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    expect(outside).toBe(0);
    expect(Math.abs(unevenness(counts, draws))).toBeLessThan(4);
  });

  it('gives number i whatever was asked before', () => {
    const forward = uniformIntegers(5, 1e6);
    const backward = uniformIntegers(5, 1e6);
    const numbers = Array.from({ length: 100 }, (_, i) => forward(i));
    expect(Array.from({ length: 100 }, (_, i) => backward(99 - i)).reverse()).toEqual(numbers);
  });
});
