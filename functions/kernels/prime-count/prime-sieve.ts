import { type Address, instantiate, type Memory } from '../../lib/kernel/web-assembly.ts';
import { program } from './prime-sieve.wasm.ts';

/** What `assembly/prime-sieve.ts` exports. */
const sieve = instantiate<{
  readonly memory: Memory;
  readonly PRIMES: Address;
  initialize(): void;
  begin(first: bigint, count: number): void;
  segment(length: number, firstMask: number, lastMask: number): number;
}>(program);

sieve.initialize();

/** A byte of the sieve stands for thirty numbers, with a bit for each that is congruent to one of these modulo 30. */
const WHEEL = 30;
const RESIDUES = [1, 7, 11, 13, 17, 19, 23, 29];

/** How many bytes the program sieves at once: its SEGMENT. */
const SEGMENT = 2 ** 18;

/** The program's patterns strike all smaller primes, themselves as well as their multiples. */
const FIRST_SIEVING_PRIME = 167;

/** The primes up to `limit`, by the sieve of Eratosthenes. */
const primesUpTo = (limit: number): Uint32Array<ArrayBuffer> => {
  const composite = new Uint8Array(limit + 1);
  const primes: number[] = [];
  for (let n = 2; n <= limit; n += 1) {
    if (composite[n] === 1) continue;
    primes.push(n);
    for (let multiple = n * n; multiple <= limit; multiple += n) composite[multiple] = 1;
  }
  return Uint32Array.from(primes);
};

const smallPrimes = primesUpTo(FIRST_SIEVING_PRIME - 1);

/** All sieving primes up to some power of two. Cached, because the parts of a computation need nearly the same. */
let sieving = { limit: 0, primes: new Uint32Array() };

const sievingPrimesUpTo = (root: number): Uint32Array => {
  if (sieving.limit < root) {
    const limit = 2 ** Math.ceil(Math.log2(root));
    sieving = { limit, primes: primesUpTo(limit).subarray(smallPrimes.length) };
  }
  const end = sieving.primes.findIndex((prime) => prime > root);
  return end === -1 ? sieving.primes : sieving.primes.subarray(0, end);
};

/** The bits of byte `at` whose numbers are neither below `from` nor above `to`. */
const mask = (at: number, from: number, to: number): number =>
  RESIDUES.reduce((bits, residue, bit) => {
    const n = at * WHEEL + residue;
    return from <= n && n <= to ? bits | (1 << bit) : bits;
  }, 0);

/**
 * The number of primes p with from ≤ p ≤ to, by a segmented sieve of Eratosthenes. Both bounds are integers from 0; `to`
 * is at most 10^14, and at most 10^10 above `from`.
 */
export const primesBetween = (from: number, to: number): number => {
  let count = smallPrimes.filter((prime) => from <= prime && prime <= to).length;
  const first = Math.floor(from / WHEEL);
  const last = Math.floor(to / WHEEL);
  const primes = sievingPrimesUpTo(Math.floor(Math.sqrt(to)));
  new Uint32Array(sieve.memory.buffer, sieve.PRIMES.value).set(primes);
  sieve.begin(BigInt(first), primes.length);
  for (let at = first; at <= last; at += SEGMENT) {
    const length = Math.min(SEGMENT, last + 1 - at);
    // 1 is not a prime, though no prime strikes it.
    const firstMask = mask(at, Math.max(from, 2), to);
    count += sieve.segment(length, firstMask, mask(at + length - 1, from, to));
  }
  return count;
};
