/*
 * The additions of sum-of-squares, in AssemblyScript: two terms in a vector, four vectors at once.
 *
 * @memoryPages 1
 */

/** What `add` returns, as f64: Σ j and Σ j². */
export const SUMS: u32 = 1024;

/** Adds up j and j² for 0 ≤ j < length (up to 65,536, so that a double holds the sums exactly), term by term. */
export function add(length: u32): void {
  let j: u32 = 0;
  let a = f64x2(0, 1);
  let b = f64x2(2, 3);
  let c = f64x2(4, 5);
  let d = f64x2(6, 7);
  const eight = f64x2.splat(8);
  let offsets = f64x2.splat(0);
  let squaresA = f64x2.splat(0);
  let squaresB = f64x2.splat(0);
  let squaresC = f64x2.splat(0);
  let squaresD = f64x2.splat(0);
  for (; j + 7 < length; j += 8) {
    offsets = f64x2.add(offsets, f64x2.add(f64x2.add(a, b), f64x2.add(c, d)));
    squaresA = f64x2.add(squaresA, f64x2.mul(a, a));
    squaresB = f64x2.add(squaresB, f64x2.mul(b, b));
    squaresC = f64x2.add(squaresC, f64x2.mul(c, c));
    squaresD = f64x2.add(squaresD, f64x2.mul(d, d));
    a = f64x2.add(a, eight);
    b = f64x2.add(b, eight);
    c = f64x2.add(c, eight);
    d = f64x2.add(d, eight);
  }
  const both = f64x2.add(f64x2.add(squaresA, squaresB), f64x2.add(squaresC, squaresD));
  let sum = f64x2.extract_lane(offsets, 0) + f64x2.extract_lane(offsets, 1);
  let squares = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
  for (; j < length; j += 1) {
    const x = <f64>j;
    sum += x;
    squares += x * x;
  }
  store<f64>(SUMS, sum);
  store<f64>(SUMS, squares, 8);
}
