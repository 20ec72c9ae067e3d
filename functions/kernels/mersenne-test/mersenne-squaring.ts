import { exp } from '../../lib/kernel/numeric.ts';
import { type Address, instantiate, type Memory } from '../../lib/kernel/web-assembly.ts';
import { program } from './mersenne-squaring.wasm.ts';

/** What `assembly/mersenne-squaring.ts` exports. */
const transform = instantiate<{
  readonly memory: Memory;
  readonly DATA: Address;
  readonly SCALES: Address;
  readonly ROOTS: Address;
  square(words: number): void;
}>(program);

const MAX_WORDS = 2 ** 15;

const array = ({ value }: Address, length: number) =>
  new Float64Array(transform.memory.buffer, value, length);
const data = array(transform.DATA, MAX_WORDS);
const scales = array(transform.SCALES, 4 * MAX_WORDS);
const roots = array(transform.ROOTS, (4 * MAX_WORDS) / 4);

/**
 * How many words a number of `exponent` bits needs: the smallest power of two for which rounding errors provably
 * stay below a quarter, so that the nearest integer is the right one, whatever the number.
 *
 * C. Percival, "Rapid multiplication modulo the sum and difference of highly composite numbers", Mathematics of
 * Computation 72 (2003): a convolution of x and y by transforms of 2^n numbers has errors of at most
 * |x|·|y|·((1 + ε)^3n · (1 + ε√5)^(3n+1) · (1 + β)^3n − 1), where ε = 2^−53 is that of an operation and β that of
 * a root. Here β is below 4·ε, and weights, scales and the packing of pairs are less than three more levels, so
 * 32·(n + 3)·ε is more than the last factor. A balanced word of b bits is at most 2^(b−1), weighted 2^b.
 */
export const wordsFor = (exponent: number): number => {
  for (let n = 3; ; n += 1) {
    const words = 2 ** n;
    const squares = words * 4 ** Math.ceil(exponent / words);
    if (squares * 32 * (n + 3) * 2 ** -53 < 0.25) return words;
  }
};

/** The first bit of each word, and the end of the last: ⌈exponent·j / words⌉. */
const firstBits = (exponent: number, words: number): Uint32Array<ArrayBuffer> =>
  Uint32Array.from({ length: words + 1 }, (_, j) => Math.ceil((exponent * j) / words));

/** The bits of i in reverse, as a binary fraction. */
const reversed = (i: number): number => {
  let fraction = 0;
  for (let [rest, bit] = [i, 0.5]; rest > 0; rest >>= 1, bit /= 2) fraction += (rest & 1) * bit;
  return fraction;
};

let tables = { exponent: 0, words: 0, bits: new Uint32Array() };

/** Fills the program's tables for an exponent, unless they are there already. */
const prepareTables = (exponent: number): typeof tables => {
  if (tables.exponent === exponent) return tables;
  const words = wordsFor(exponent);
  const bits = firstBits(exponent, words);
  for (let j = 0; j < words; j += 1) {
    // The weight is 2^(⌈exponent·j / words⌉ − exponent·j / words).
    const fraction = ((words - ((exponent * j) % words)) % words) / words;
    const weight = exp(fraction * Math.LN2);
    const base = 2 ** ((bits[j + 1] ?? 0) - (bits[j] ?? 0));
    // The transform of words / 2 numbers and the squares leave factors of words / 2 and 4.
    scales.set([1 / (2 * words * weight), weight, base, 1 / base], 4 * j);
  }
  for (let node = 0; node < words / 4; node += 1) {
    const angle = Math.PI * reversed(node);
    const [re, im] = [Math.cos(angle), Math.sin(angle)];
    roots.set([re, re, -im, im], 4 * node);
  }
  tables = { exponent, words, bits };
  return tables;
};

/** Writes a residue into the program's memory as weighted, balanced words. */
const writeResidue = (residue: bigint, { exponent, words, bits }: typeof tables): void => {
  const bytes = Buffer.alloc(Math.ceil(exponent / 8) + 4);
  const hex = residue.toString(16);
  Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
    .reverse()
    .copy(bytes);
  let carry = 0;
  for (let j = 0; j < words; j += 1) {
    const [weight = 0, base = 0] = scales.subarray(4 * j + 1, 4 * j + 3);
    const bit = bits[j] ?? 0;
    const word = ((bytes.readUInt32LE(bit >> 3) >>> (bit & 7)) & (base - 1)) + carry;
    carry = word * 2 >= base ? 1 : 0;
    data[j] = (word - carry * base) * weight;
  }
  data[0] = (data[0] ?? 0) + carry;
};

/** Reads a residue from the program's memory: from 0, below 2^exponent − 1. */
const readResidue = ({ exponent, words, bits }: typeof tables): bigint => {
  const bytes = Buffer.alloc(Math.ceil(exponent / 8) + 4);
  const integers = Int32Array.from({ length: words }, (_, j) =>
    Math.round((data[j] ?? 0) / (scales[4 * j + 1] ?? 0)),
  );
  // Borrows run on from the last word to the first until none is left.
  let carry = 0;
  do {
    for (let j = 0; j < words; j += 1) {
      const value = (integers[j] ?? 0) + carry;
      const base = scales[4 * j + 2] ?? 0;
      carry = Math.floor(value / base);
      integers[j] = value - carry * base;
    }
  } while (carry !== 0);
  for (let j = 0; j < words; j += 1) {
    const bit = bits[j] ?? 0;
    const at = bit >> 3;
    bytes.writeUInt32LE((bytes.readUInt32LE(at) | ((integers[j] ?? 0) << (bit & 7))) >>> 0, at);
  }
  const residue = BigInt(`0x${bytes.reverse().toString('hex')}`);
  return residue === (1n << BigInt(exponent)) - 1n ? 0n : residue;
};

/**
 * S² − 2 modulo 2^exponent − 1, `times` times, of a residue from 0, below the modulus; the exponent is from 128 to
 * 250,000.
 */
export const advance = (residue: bigint, exponent: number, times: number): bigint => {
  const prepared = prepareTables(exponent);
  writeResidue(residue, prepared);
  for (let i = 0; i < times; i += 1) transform.square(prepared.words);
  return readResidue(prepared);
};
