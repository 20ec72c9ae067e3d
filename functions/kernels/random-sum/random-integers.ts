import type { Range } from '../../lib/kernel/split.ts';
import { type Address, type Memory, start as startProgram } from '../../lib/kernel/web-assembly.ts';
import { program } from './random-integers.wasm.ts';

/** What `assembly/random-integers.ts` exports. */
const integers = startProgram<{
  readonly memory: Memory;
  readonly SUM: Address;
  seed(low: number, high: number): void;
  uniform(range: number): void;
  sum(start: bigint, end: bigint): void;
}>(program);

const halves = new Float64Array(integers.memory.buffer, integers.SUM.value, 2);

/** Few enough that their sum comes in two halves that a double holds exactly. */
const BLOCK = 2 ** 16;

/**
 * The exact sum of uniform integers from 0, below `range` (from 1 to 2^53), at a range of indices. Each is a
 * function of seed, range and its index, without bias: of the 2^53 integers that random bits can be each value
 * gets the same number, and what is left over at the top is drawn again.
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
