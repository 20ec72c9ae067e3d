/** Bits of a word rotated to the left by `n`, from 1 to 31. */
const rotate = (word: number, n: number): number => (word << n) | (word >>> (32 - n));

/**
 * Threefry-4x32 with 20 rounds: a bijection of the 128-bit counter `c0…c3` under the 128-bit key `k0…k3`,
 * all given as 32-bit integers, written into `words` as four unsigned ones.
 *
 * J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC '11.
 * It passes TestU01's BigCrush from 12 rounds on; 20 are the authors' own margin. It needs only additions,
 * rotations and exclusive ors of 32-bit words, which every engine computes alike. Written out, because a loop
 * over a table of rotations takes twice as long.
 */
// biome-ignore format: a round of the algorithm is a line
export const threefry4x32 = (
  c0: number, c1: number, c2: number, c3: number,
  k0: number, k1: number, k2: number, k3: number,
  words: Uint32Array,
): void => {
  const k4 = 0x1bd11bda ^ k0 ^ k1 ^ k2 ^ k3;
  let a = (c0 + k0) | 0;
  let b = (c1 + k1) | 0;
  let c = (c2 + k2) | 0;
  let d = (c3 + k3) | 0;

  a = (a + b) | 0; b = rotate(b, 10) ^ a; c = (c + d) | 0; d = rotate(d, 26) ^ c;
  a = (a + d) | 0; d = rotate(d, 11) ^ a; c = (c + b) | 0; b = rotate(b, 21) ^ c;
  a = (a + b) | 0; b = rotate(b, 13) ^ a; c = (c + d) | 0; d = rotate(d, 27) ^ c;
  a = (a + d) | 0; d = rotate(d, 23) ^ a; c = (c + b) | 0; b = rotate(b, 5) ^ c;
  a = (a + k1) | 0; b = (b + k2) | 0; c = (c + k3) | 0; d = (d + k4 + 1) | 0;

  a = (a + b) | 0; b = rotate(b, 6) ^ a; c = (c + d) | 0; d = rotate(d, 20) ^ c;
  a = (a + d) | 0; d = rotate(d, 17) ^ a; c = (c + b) | 0; b = rotate(b, 11) ^ c;
  a = (a + b) | 0; b = rotate(b, 25) ^ a; c = (c + d) | 0; d = rotate(d, 10) ^ c;
  a = (a + d) | 0; d = rotate(d, 18) ^ a; c = (c + b) | 0; b = rotate(b, 20) ^ c;
  a = (a + k2) | 0; b = (b + k3) | 0; c = (c + k4) | 0; d = (d + k0 + 2) | 0;

  a = (a + b) | 0; b = rotate(b, 10) ^ a; c = (c + d) | 0; d = rotate(d, 26) ^ c;
  a = (a + d) | 0; d = rotate(d, 11) ^ a; c = (c + b) | 0; b = rotate(b, 21) ^ c;
  a = (a + b) | 0; b = rotate(b, 13) ^ a; c = (c + d) | 0; d = rotate(d, 27) ^ c;
  a = (a + d) | 0; d = rotate(d, 23) ^ a; c = (c + b) | 0; b = rotate(b, 5) ^ c;
  a = (a + k3) | 0; b = (b + k4) | 0; c = (c + k0) | 0; d = (d + k1 + 3) | 0;

  a = (a + b) | 0; b = rotate(b, 6) ^ a; c = (c + d) | 0; d = rotate(d, 20) ^ c;
  a = (a + d) | 0; d = rotate(d, 17) ^ a; c = (c + b) | 0; b = rotate(b, 11) ^ c;
  a = (a + b) | 0; b = rotate(b, 25) ^ a; c = (c + d) | 0; d = rotate(d, 10) ^ c;
  a = (a + d) | 0; d = rotate(d, 18) ^ a; c = (c + b) | 0; b = rotate(b, 20) ^ c;
  a = (a + k4) | 0; b = (b + k0) | 0; c = (c + k1) | 0; d = (d + k2 + 4) | 0;

  a = (a + b) | 0; b = rotate(b, 10) ^ a; c = (c + d) | 0; d = rotate(d, 26) ^ c;
  a = (a + d) | 0; d = rotate(d, 11) ^ a; c = (c + b) | 0; b = rotate(b, 21) ^ c;
  a = (a + b) | 0; b = rotate(b, 13) ^ a; c = (c + d) | 0; d = rotate(d, 27) ^ c;
  a = (a + d) | 0; d = rotate(d, 23) ^ a; c = (c + b) | 0; b = rotate(b, 5) ^ c;
  words[0] = a + k0; words[1] = b + k1; words[2] = c + k2; words[3] = d + k3 + 5;
};

/** The two 32-bit words of a safe integer from 0. */
const low = (value: number): number => value | 0;
const high = (value: number): number => Math.floor(value / 2 ** 32);

/** Writes block `draw` (from 0, below 2^32) of number `index` (a safe integer from 0) into four words. */
export type RandomBlocks = (index: number, draw: number, words: Uint32Array) => void;

/**
 * Random bits as a function of seed, index and draw alone: any part of a computation can start anywhere, and no
 * two parts share a bit. The seed (a safe integer from 0) is the key, index and draw are the counter.
 */
export const randomBlocks =
  (seed: number): RandomBlocks =>
  (index, draw, words) =>
    threefry4x32(low(index), high(index), draw, 0, low(seed), high(seed), 0, 0, words);

/**
 * Number `index` of a draw: two words of 32 bits. The numbers 2n and 2n + 1 are the halves of block n.
 */
export const randomNumbers = (
  seed: number,
): ((index: number, draw: number, words: [number, number]) => void) => {
  const blocks = randomBlocks(seed);
  const block = new Uint32Array(4);
  return (index, draw, words) => {
    blocks(Math.floor(index / 2), draw, block);
    const half = (index % 2) * 2;
    words[0] = block[half] ?? 0;
    words[1] = block[half + 1] ?? 0;
  };
};

/** A uniform integer from 0, below 2^53, of 64 random bits. */
const integer53 = (word0: number, word1: number): number => (word0 >>> 11) * 2 ** 32 + word1;

/**
 * A uniform number strictly between 0 and 1, of the low 52 of 64 random bits: one of the 2^52 midpoints of as
 * many equal intervals. Symmetric about ½, so that 1 − u is one of them too, exactly.
 */
export const openUnit = (word0: number, word1: number): number =>
  ((word0 & 0xfffff) * 2 ** 32 + word1 + 0.5) * 2 ** -52;

/**
 * Uniform integers from 0, below `range` (an integer from 1 to 2^53), without bias: the i-th is a function of
 * seed, range and i.
 */
export const uniformIntegers = (seed: number, range: number): ((index: number) => number) => {
  const numbers = randomNumbers(seed);
  const words: [number, number] = [0, 0];
  // Each value gets the same number of the 2^53 integers; what is left over at the top is drawn again.
  const share = Math.floor(2 ** 53 / range);
  return (index) => {
    for (let draw = 0; ; draw += 1) {
      numbers(index, draw, words);
      // The floor of a quotient of integers up to 2^53 is exact: a quotient that is not whole is further from
      // the next integer than half a unit in the last place.
      const value = Math.floor(integer53(...words) / share);
      if (value < range) return value;
    }
  };
};
