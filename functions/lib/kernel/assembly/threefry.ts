/*
 * The random bits of the kernels: Threefry-4x32 with 20 rounds, four blocks at once, a lane of a vector each.
 *
 * J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC '11.
 */

/** The key: the two words of the seed and the parity word that the algorithm derives; the other two are 0. */
let k0: i32 = 0;
let k1: i32 = 0;
let k4: i32 = 0;

export function seed(low: i32, high: i32): void {
  k0 = low;
  k1 = high;
  k4 = 0x1bd11bda ^ low ^ high;
}

@inline
function rotate(x: v128, n: i32): v128 {
  return v128.or(i32x4.shl(x, n), i32x4.shr_u(x, 32 - n));
}

/**
 * Number n of a draw is the 64-bit integer (w[0], w[1]) of block n / 2 for an even n and (w[2], w[3]) for an odd
 * one, high word first. Writes eight of them in order from `out` on: those from `first` on, a multiple of 8.
 */
@inline
export function eightNumbers(first: u64, draw: i32, out: usize): void {
  const block = first >> 1;
  const K0 = i32x4.splat(k0);
  const K1 = i32x4.splat(k1);
  const K4 = i32x4.splat(k4);
  let a = i32x4.add(i32x4.add(i32x4.splat(<i32>block), i32x4(0, 1, 2, 3)), K0);
  let b = i32x4.add(i32x4.splat(<i32>(block >> 32)), K1);
  let c = i32x4.splat(draw);
  let d = i32x4.splat(0);

  a = i32x4.add(a, b); b = v128.xor(rotate(b, 10), a); c = i32x4.add(c, d); d = v128.xor(rotate(d, 26), c);
  a = i32x4.add(a, d); d = v128.xor(rotate(d, 11), a); c = i32x4.add(c, b); b = v128.xor(rotate(b, 21), c);
  a = i32x4.add(a, b); b = v128.xor(rotate(b, 13), a); c = i32x4.add(c, d); d = v128.xor(rotate(d, 27), c);
  a = i32x4.add(a, d); d = v128.xor(rotate(d, 23), a); c = i32x4.add(c, b); b = v128.xor(rotate(b, 5), c);
  a = i32x4.add(a, K1); d = i32x4.add(d, i32x4.splat(k4 + 1));

  a = i32x4.add(a, b); b = v128.xor(rotate(b, 6), a); c = i32x4.add(c, d); d = v128.xor(rotate(d, 20), c);
  a = i32x4.add(a, d); d = v128.xor(rotate(d, 17), a); c = i32x4.add(c, b); b = v128.xor(rotate(b, 11), c);
  a = i32x4.add(a, b); b = v128.xor(rotate(b, 25), a); c = i32x4.add(c, d); d = v128.xor(rotate(d, 10), c);
  a = i32x4.add(a, d); d = v128.xor(rotate(d, 18), a); c = i32x4.add(c, b); b = v128.xor(rotate(b, 20), c);
  c = i32x4.add(c, K4); d = i32x4.add(d, i32x4.splat(k0 + 2));

  a = i32x4.add(a, b); b = v128.xor(rotate(b, 10), a); c = i32x4.add(c, d); d = v128.xor(rotate(d, 26), c);
  a = i32x4.add(a, d); d = v128.xor(rotate(d, 11), a); c = i32x4.add(c, b); b = v128.xor(rotate(b, 21), c);
  a = i32x4.add(a, b); b = v128.xor(rotate(b, 13), a); c = i32x4.add(c, d); d = v128.xor(rotate(d, 27), c);
  a = i32x4.add(a, d); d = v128.xor(rotate(d, 23), a); c = i32x4.add(c, b); b = v128.xor(rotate(b, 5), c);
  b = i32x4.add(b, K4); c = i32x4.add(c, K0); d = i32x4.add(d, i32x4.splat(k1 + 3));

  a = i32x4.add(a, b); b = v128.xor(rotate(b, 6), a); c = i32x4.add(c, d); d = v128.xor(rotate(d, 20), c);
  a = i32x4.add(a, d); d = v128.xor(rotate(d, 17), a); c = i32x4.add(c, b); b = v128.xor(rotate(b, 11), c);
  a = i32x4.add(a, b); b = v128.xor(rotate(b, 25), a); c = i32x4.add(c, d); d = v128.xor(rotate(d, 10), c);
  a = i32x4.add(a, d); d = v128.xor(rotate(d, 18), a); c = i32x4.add(c, b); b = v128.xor(rotate(b, 20), c);
  a = i32x4.add(a, K4); b = i32x4.add(b, K0); c = i32x4.add(c, K1); d = i32x4.add(d, i32x4.splat(4));

  a = i32x4.add(a, b); b = v128.xor(rotate(b, 10), a); c = i32x4.add(c, d); d = v128.xor(rotate(d, 26), c);
  a = i32x4.add(a, d); d = v128.xor(rotate(d, 11), a); c = i32x4.add(c, b); b = v128.xor(rotate(b, 21), c);
  a = i32x4.add(a, b); b = v128.xor(rotate(b, 13), a); c = i32x4.add(c, d); d = v128.xor(rotate(d, 27), c);
  a = i32x4.add(a, d); d = v128.xor(rotate(d, 23), a); c = i32x4.add(c, b); b = v128.xor(rotate(b, 5), c);
  a = i32x4.add(a, K0); b = i32x4.add(b, K1); d = i32x4.add(d, i32x4.splat(5));

  // From a lane a block to a block after another.
  const even01 = v128.shuffle<i32>(b, a, 0, 4, 1, 5);
  const even23 = v128.shuffle<i32>(b, a, 2, 6, 3, 7);
  const odd01 = v128.shuffle<i32>(d, c, 0, 4, 1, 5);
  const odd23 = v128.shuffle<i32>(d, c, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<i64>(even01, odd01, 0, 2));
  v128.store(out, v128.shuffle<i64>(even01, odd01, 1, 3), 16);
  v128.store(out, v128.shuffle<i64>(even23, odd23, 0, 2), 32);
  v128.store(out, v128.shuffle<i64>(even23, odd23, 1, 3), 48);
}
