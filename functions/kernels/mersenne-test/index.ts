import * as z from 'zod/mini';
import {
  bigint,
  grouped,
  integer,
  integerField,
  objectField,
  sequential,
  struct,
} from '../../lib/kernel/index.ts';

/** The state has as many bits as the exponent says, so that it fits 32 KB. The largest takes minutes. */
const MAX_EXPONENT = 250_000;

/** The bits squared in a step: about twenty to a hundred milliseconds, whatever the exponent. */
const STEP_BITS = 25_000_000;

/** From this exponent on, a transform is faster than squaring a BigInt. */
const MIN_TRANSFORM = 4096;

/** Trial division; for numbers up to {@link MAX_EXPONENT}. */
const isPrime = (n: number): boolean => {
  for (let divisor = 2; divisor * divisor <= n; divisor += 1) if (n % divisor === 0) return false;
  return n >= 2;
};

interface State {
  /** How many squarings are done. */
  readonly done: number;
  /** S modulo M = 2^exponent − 1, from 0, below M. */
  readonly residue: bigint;
}

/** The squarings that the test takes. It is for odd exponents; 2 takes none, because M = 3 is prime. */
const squarings = (exponent: number): number => exponent - 2;

/**
 * S² − 2 modulo M = 2^exponent − 1, `times` times. No division is needed: 2^exponent ≡ 1, so the high bits are added to
 * the low ones.
 */
export const advanceBigInt = (residue: bigint, exponent: number, times: number): bigint => {
  const bits = BigInt(exponent);
  const modulus = (1n << bits) - 1n;
  let next = residue;
  for (let i = 0; i < times; i += 1) {
    // Adding M keeps the difference from going below 0.
    const value = next * next + modulus - 2n;
    const folded = (value & modulus) + (value >> bits);
    next = folded < modulus ? folded : folded - modulus;
  }
  return next;
};

export const mersenneTest = sequential({
  name: 'mersenne-test',
  version: 1,
  description:
    'Whether M = 2^exponent − 1 is prime, by the Lucas–Lehmer test: M is prime when it divides S(exponent − 2), where S(0) = 4 and S(i + 1) = S(i)² − 2.',
  pure: true,
  get input() {
    return objectField({
      exponent: integerField(
        `A prime from 2 to ${grouped(MAX_EXPONENT)}.`,
        2,
        MAX_EXPONENT,
        ', because its state must fit into a checkpoint',
      ).check(z.refine(isPrime, 'must be prime: for any other exponent 2^exponent − 1 is composite')),
    });
  },
  get output() {
    return objectField({
      exponent: integerField('The exponent that was tested.'),
      prime: z.boolean().check(z.describe('Whether 2^exponent − 1 is prime.')),
      residue: z
        .string()
        .check(
          z.regex(/^[0-9A-F]{16}$/),
          z.describe(
            'The low 64 bits of S(exponent − 2) modulo M in hexadecimal, as GIMPS prints them; zeros for a prime.',
          ),
        ),
    });
  },
  example: { input: { exponent: 11 }, output: { exponent: 11, prime: false, residue: '00000000000006C8' } },
  start: ({ exponent }): State => ({ done: 0, residue: exponent === 2 ? 0n : 4n }),
  async step({ done, residue }, { exponent }) {
    const end = Math.min(done + Math.floor(STEP_BITS / exponent), squarings(exponent));
    // Loaded on demand, because only the worker computes.
    const advance =
      exponent < MIN_TRANSFORM ? advanceBigInt : (await import('./mersenne-squaring.ts')).advance;
    return { done: end, residue: advance(residue, exponent, end - done) };
  },
  progress: ({ done }, { exponent }) => ({ done, total: squarings(exponent) }),
  finish: ({ residue }, { exponent }) => ({
    exponent,
    prime: residue === 0n,
    residue: BigInt.asUintN(64, residue).toString(16).toUpperCase().padStart(16, '0'),
  }),
  state: struct<State>({ done: integer, residue: bigint }),
});
