import type { Range } from '../../lib/kernel/split.ts';
import { type Address, instantiate, type Memory } from '../../lib/kernel/web-assembly.ts';
import { program } from './random-integers.wasm.ts';

/** What `assembly/random-integers.ts` exports. */
const integers = instantiate<{
  readonly memory: Memory;
  readonly SUM: Address;
  seed(low: number, high: number): void;
  uniform(range: number): void;
  sum(start: bigint, end: bigint): void;
}>(program);

const halves = new Float64Array(integers.memory.buffer, integers.SUM.value, 2);

/** The sum of this many integers comes in two halves, each of which a double holds exactly. */
const BLOCK = 2 ** 16;

/**
 * The exact sum of the uniform integers from 0, below `range` (from 1 to 2^53), at the indices from `start` up to, but
 * without, `end`. Each depends on seed, range and its index alone. There is no bias: of the 2^53 integers that random
 * bits can form, each value gets the same number, and an integer that is left over is drawn again.
 */
export const sumOfUniformIntegers = (seed: number, range: number, { start, end }: Range): bigint => {
  integers.seed(seed | 0, Math.floor(seed / 2 ** 32));
  integers.uniform(range);
  let sum = 0n;
  for (let at = start; at < end; at += BLOCK) {
    integers.sum(BigInt(at), BigInt(Math.min(at + BLOCK, end)));
    const [high = 0, low = 0] = halves;
    sum += (BigInt(high) << 26n) + BigInt(low);
  }
  return sum;
};
