/*
 * The sum of random-sum, in AssemblyScript: the integers of `uniformIntegers` in functions/lib/kernel/random.ts, two in
 * a vector.
 *
 * @memoryPages 1
 */
import { eightNumbers, seed } from '../../../lib/kernel/assembly/threefry';

export { seed };

const BITS: u32 = 1024; // the numbers of eight indices
const AGAIN: u32 = BITS + 64; // and of another draw of them

/** What `sum` returns: two integers below 2^53 as f64, of which the first counts 2^26 times. */
export const SUM: u32 = AGAIN + 64;

/** The integers are from 0, below `range`: each is the quotient by `share` of `share` of the integers below 2^53. */
let range: f64 = 1;
let share: f64 = 1;

export function uniform(below: f64): void {
  range = below;
  share = Math.floor(9007199254740992.0 / below);
}

/** The quotients of two numbers: their high words without the low 11 bits, and their low words, by `share`. */
@inline
function quotients(numbers: v128): v128 {
  const two52 = f64x2.splat(4503599627370496.0);
  const high = f64x2.sub(v128.or(i64x2.shr_u(numbers, 43), two52), two52);
  const low = f64x2.sub(v128.or(v128.and(numbers, i64x2.splat(0xffffffff)), two52), two52);
  const integers = f64x2.add(f64x2.mul(high, f64x2.splat(4294967296.0)), low);
  return f64x2.floor(f64x2.div(integers, f64x2.splat(share)));
}

/** The integer at an index, of its draws from the second on. */
function drawAgain(index: u64): f64 {
  let draw = 0;
  let value: f64;
  do {
    draw += 1;
    eightNumbers(index & ~7, draw, AGAIN);
    value = f64x2.extract_lane(quotients(v128.load64_zero(AGAIN + 8 * (<u32>index & 7))), 0);
  } while (value >= range);
  return value;
}

/** Draws integers that are not below the range, of the neighbours `index` and `index + 1`, again. */
function below(values: v128, index: u64): v128 {
  if (f64x2.extract_lane(values, 0) >= range) values = f64x2.replace_lane(values, 0, drawAgain(index));
  if (f64x2.extract_lane(values, 1) >= range) values = f64x2.replace_lane(values, 1, drawAgain(index + 1));
  return values;
}

/** The sum of the integers at the indices from `start` up to, but without, `end`: at most 2^26 of them. */
export function sum(start: u64, end: u64): void {
  let highs = f64x2.splat(0);
  let lows = f64x2.splat(0);
  for (let first = start & ~7; first < end; first += 8) {
    eightNumbers(first, 0, BITS);
    // Bits of 0 make the integer 0, which adds nothing.
    if (first < start || first + 8 > end) {
      for (let i: u64 = 0; i < 8; i += 1) {
        if (first + i < start || first + i >= end) store<u64>(BITS + 8 * <u32>i, 0);
      }
    }
    for (let i: u32 = 0; i < 8; i += 2) {
      let values = quotients(v128.load(BITS + 8 * i));
      if (v128.any_true(f64x2.ge(values, f64x2.splat(range)))) values = below(values, first + i);
      const high = f64x2.floor(f64x2.mul(values, f64x2.splat(1.0 / 67108864.0)));
      highs = f64x2.add(highs, high);
      lows = f64x2.add(lows, f64x2.sub(values, f64x2.mul(high, f64x2.splat(67108864.0))));
    }
  }
  store<f64>(SUM, f64x2.extract_lane(highs, 0) + f64x2.extract_lane(highs, 1));
  store<f64>(SUM, f64x2.extract_lane(lows, 0) + f64x2.extract_lane(lows, 1), 8);
}
