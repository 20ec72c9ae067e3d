import type { Range } from '../../lib/kernel/split.ts';
import { type Address, instantiate, type Memory } from '../../lib/kernel/web-assembly.ts';
import { program } from './squares.wasm.ts';

/** What `assembly/squares.ts` exports. */
const squares = instantiate<{
  readonly memory: Memory;
  readonly SUMS: Address;
  add(length: number): void;
}>(program);

const sums = new Float64Array(squares.memory.buffer, squares.SUMS.value, 2);

/** Small enough that the sum of the squares of all offsets in a block stays below 2^53. */
const BLOCK = 65_536;

/** Σ i² over a range of integers from 0, exactly. */
export const sumOfSquaresOver = ({ start, end }: Range): bigint => {
  let sum = 0n;
  for (let base = start; base < end; base += BLOCK) {
    const length = Math.min(BLOCK, end - base);
    // (base + j)² = base² + 2·base·j + j²: both sums over j are integers that a double holds exactly.
    squares.add(length);
    const [offset = 0, square = 0] = sums;
    sum += BigInt(length) * BigInt(base) ** 2n + 2n * BigInt(base) * BigInt(offset) + BigInt(square);
  }
  return sum;
};
