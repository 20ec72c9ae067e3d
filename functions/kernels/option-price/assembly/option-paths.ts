/*
 * The price paths of option-price, in AssemblyScript: the arithmetic of option-price.reference.ts, operation by
 * operation, so that every bit is the same; two samples in a vector, in passes over a chunk of them.
 *
 * @memoryPages 1
 */
import { eightNumbers, seed } from '../../../lib/kernel/assembly/threefry';

export { seed };

/** The most samples of a chunk: its arrays stay in the L1 cache. */
const CHUNK: u32 = 512;

// The memory: arrays with a number for each sample, and room for eight more before and after them.
const ARRAY: u32 = 8 * (CHUNK + 16);
const BITS: u32 = 1024;
const OFFSETS: u32 = BITS + ARRAY;
const NORMALS: u32 = OFFSETS + ARRAY;
const PRICES: u32 = NORMALS + ARRAY;
const MIRRORED: u32 = PRICES + ARRAY;
const SUMS: u32 = MIRRORED + ARRAY;
const MIRRORED_SUMS: u32 = SUMS + ARRAY;
const TAILS: u32 = MIRRORED_SUMS + ARRAY;

/** What `chunk` returns: the mean of the samples and the sum of the squared deviations from it, as f64. */
export const MOMENTS: u32 = TAILS + ARRAY;

let spot: f64 = 0;
let strike: f64 = 0;
let drift: f64 = 0;
let spread: f64 = 0;
let sign: f64 = 0;
let steps: i32 = 1;

/** The option: `drift` is the certain growth of an interval, `spread` the standard deviation of its logarithm. */
export function option(s: f64, k: f64, growth: f64, deviation: f64, call: bool, intervals: i32): void {
  spot = s;
  strike = k;
  drift = growth;
  spread = deviation;
  sign = call ? 1 : -1;
  steps = intervals;
}

@inline
function f(x: f64): v128 {
  return f64x2.splat(x);
}

/** x·y + c, in two roundings. */
@inline
function step(x: v128, y: v128, c: f64): v128 {
  return f64x2.add(f64x2.mul(x, y), f(c));
}

/** exp of numeric.ts, for |x| < 700. */
@inline
function exp(x: v128): v128 {
  const k = f64x2.floor(f64x2.add(f64x2.mul(x, f(1.4426950408889634)), f(0.5)));
  const high = f64x2.sub(x, f64x2.mul(k, f(<f64>0xb17217f7 / 4294967296.0)));
  const low = f64x2.mul(k, f(1.9082149292705877e-10));
  const r = f64x2.sub(high, low);
  const t = f64x2.mul(r, r);
  let c = f64x2.mul(t, f(-691.0 / 653837184000.0));
  c = f64x2.mul(t, f64x2.add(f(1.0 / 23950080.0), c));
  c = f64x2.mul(t, f64x2.add(f(-1.0 / 604800.0), c));
  c = f64x2.mul(t, f64x2.add(f(1.0 / 15120.0), c));
  c = f64x2.mul(t, f64x2.add(f(-1.0 / 360.0), c));
  c = f64x2.mul(t, f64x2.add(f(1.0 / 6.0), c));
  c = f64x2.sub(r, c);
  const q = f64x2.div(f64x2.mul(r, c), f64x2.sub(f(2), c));
  const y = f64x2.add(f(1), f64x2.sub(high, f64x2.sub(low, q)));
  const exponent = i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(k));
  return f64x2.mul(y, i64x2.shl(i64x2.add(exponent, i64x2.splat(1023)), 52));
}

/** log of numeric.ts, for normal numbers. */
@inline
function log(x: v128): v128 {
  const large = f64x2.ge(
    v128.or(v128.and(x, i64x2.splat(0x000fffffffffffff)), i64x2.splat(0x3ff0000000000000)),
    f(1.4142135623730951),
  );
  // From √2 on, half the mantissa and one more for the exponent.
  const exponents = i64x2.sub(i64x2.sub(i64x2.shr_u(x, 52), i64x2.splat(1023)), large);
  const m = v128.or(
    v128.and(x, i64x2.splat(0x000fffffffffffff)),
    v128.bitselect(i64x2.splat(0x3fe0000000000000), i64x2.splat(0x3ff0000000000000), large),
  );
  const k = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(exponents, exponents, 0, 2, 0, 2));
  const n = f64x2.sub(m, f(1));
  const s = f64x2.div(n, f64x2.add(f(2), n));
  const z = f64x2.mul(s, s);
  let rest = f64x2.mul(z, f(2.0 / 21.0));
  rest = f64x2.mul(z, f64x2.add(f(2.0 / 19.0), rest));
  rest = f64x2.mul(z, f64x2.add(f(2.0 / 17.0), rest));
  rest = f64x2.mul(z, f64x2.add(f(2.0 / 15.0), rest));
  rest = f64x2.mul(z, f64x2.add(f(2.0 / 13.0), rest));
  rest = f64x2.mul(z, f64x2.add(f(2.0 / 11.0), rest));
  rest = f64x2.mul(z, f64x2.add(f(2.0 / 9.0), rest));
  rest = f64x2.mul(z, f64x2.add(f(2.0 / 7.0), rest));
  rest = f64x2.mul(z, f64x2.add(f(2.0 / 5.0), rest));
  rest = f64x2.mul(z, f64x2.add(f(2.0 / 3.0), rest));
  const small = f64x2.sub(f64x2.mul(s, f64x2.sub(n, rest)), f64x2.mul(k, f(1.9082149292705877e-10)));
  return f64x2.sub(f64x2.mul(k, f(<f64>0xb17217f7 / 4294967296.0)), f64x2.sub(small, n));
}

/** The middle of inverseNormal of numeric.ts. */
@inline
function middle(r: v128): v128 {
  let n = step(f(2509.0809287301227), r, 33430.57558358813);
  n = step(n, r, 67265.7709270087);
  n = step(n, r, 45921.95393154987);
  n = step(n, r, 13731.69376550946);
  n = step(n, r, 1971.5909503065513);
  n = step(n, r, 133.14166789178438);
  n = step(n, r, 3.3871328727963665);
  let d = step(f(5226.495278852854), r, 28729.085735721943);
  d = step(d, r, 39307.89580009271);
  d = step(d, r, 21213.794301586597);
  d = step(d, r, 5394.196021424751);
  d = step(d, r, 687.1870074920579);
  d = step(d, r, 42.31333070160091);
  d = step(d, r, 1);
  return f64x2.div(n, d);
}

/** Its tails. */
@inline
function tail(r: v128): v128 {
  let n = step(f(0.0007745450142783414), r, 0.022723844989269184);
  n = step(n, r, 0.2417807251774506);
  n = step(n, r, 1.2704582524523684);
  n = step(n, r, 3.6478483247632045);
  n = step(n, r, 5.769497221460691);
  n = step(n, r, 4.630337846156546);
  n = step(n, r, 1.4234371107496835);
  let d = step(f(1.0507500716444169e-9), r, 0.0005475938084995345);
  d = step(d, r, 0.015198666563616457);
  d = step(d, r, 0.14810397642748008);
  d = step(d, r, 0.6897673349851);
  d = step(d, r, 1.6763848301838038);
  d = step(d, r, 2.053191626637759);
  d = step(d, r, 1);
  return f64x2.div(n, d);
}

function farTail(r: v128): v128 {
  let n = step(f(2.0103343992922881e-7), r, 2.7115555687434876e-5);
  n = step(n, r, 0.0012426609473880784);
  n = step(n, r, 0.026532189526576124);
  n = step(n, r, 0.29656057182850487);
  n = step(n, r, 1.7848265399172913);
  n = step(n, r, 5.463784911164114);
  n = step(n, r, 6.657904643501103);
  let d = step(f(2.0442631033899397e-15), r, 1.421511758316446e-7);
  d = step(d, r, 1.8463183175100548e-5);
  d = step(d, r, 0.0007868691311456133);
  d = step(d, r, 0.014875361290850615);
  d = step(d, r, 0.1369298809227358);
  d = step(d, r, 0.599832206555888);
  d = step(d, r, 1);
  return f64x2.div(n, d);
}

/** Random bits for the samples from `start` on: from BITS + 8·(start mod 8). */
function drawBits(start: u64, end: u64, draw: i32): void {
  let out = BITS;
  for (let n = start & ~7; n < end; n += 8) {
    eightNumbers(n, draw, out);
    out += 64;
  }
}

/**
 * For all numbers of `bytes` bytes from `bits` on: u − ½, and the normal quantile of u as if no u were in the
 * tails. Lists those that are (a seventh, at random: a branch would be mispredicted), and returns the list's end.
 */
function drawMiddle(bits: u32, bytes: u32): u32 {
  let tails = TAILS;
  for (let i: u32 = 0; i < bytes; i += 16) {
    // 1.b with the low 52 bits b as its fraction, less 1 − 2^−53, is the midpoint of an interval of 2^−52.
    const fraction = v128.and(v128.load(bits + i), i64x2.splat(0x000fffffffffffff));
    const u = f64x2.sub(v128.or(fraction, i64x2.splat(0x3ff0000000000000)), f(0.9999999999999999));
    const q = f64x2.sub(u, f(0.5));
    v128.store(OFFSETS + i, q);
    v128.store(NORMALS + i, f64x2.mul(q, middle(f64x2.sub(f(0.180625), f64x2.mul(q, q)))));
    const far = i64x2.bitmask(f64x2.gt(f64x2.abs(q), f(0.425)));
    store<u32>(tails, i);
    tails += (far & 1) << 2;
    store<u32>(tails, i + 8);
    tails += (far & 2) << 1;
  }
  return tails;
}

/** The normal quantiles of the listed numbers, two at a time. */
function drawTails(end: u32): void {
  store<u32>(end, load<u32>(TAILS)); // a partner for the last of an odd number
  for (let tails = TAILS; tails < end; tails += 8) {
    const i = load<u32>(tails);
    const j = load<u32>(tails, 4);
    const q = f64x2.replace_lane(f64x2.splat(load<f64>(OFFSETS + i)), 1, load<f64>(OFFSETS + j));
    const r = f64x2.sqrt(f64x2.neg(log(f64x2.sub(f(0.5), f64x2.abs(q)))));
    let z = tail(f64x2.sub(r, f(1.6)));
    const far = f64x2.gt(r, f(5));
    if (v128.any_true(far)) z = v128.bitselect(farTail(f64x2.sub(r, f(5))), z, far);
    z = v128.or(z, v128.and(q, i64x2.splat(0x8000000000000000)));
    store<f64>(NORMALS + i, f64x2.extract_lane(z, 0));
    store<f64>(NORMALS + j, f64x2.extract_lane(z, 1));
  }
}

/** Moves all prices by an interval. */
function advance(bytes: u32): void {
  for (let i: u32 = 0; i < bytes; i += 16) {
    const growth = exp(f64x2.mul(f(spread), v128.load(NORMALS + i)));
    const price = f64x2.mul(v128.load(PRICES + i), f64x2.mul(f(drift), growth));
    const mirrored = f64x2.mul(v128.load(MIRRORED + i), f64x2.div(f(drift), growth));
    v128.store(PRICES + i, price);
    v128.store(MIRRORED + i, mirrored);
    v128.store(SUMS + i, f64x2.add(v128.load(SUMS + i), price));
    v128.store(MIRRORED_SUMS + i, f64x2.add(v128.load(MIRRORED_SUMS + i), mirrored));
  }
}

@inline
function gain(sum: v128): v128 {
  return f64x2.pmax(f(0), f64x2.mul(f(sign), f64x2.sub(f64x2.div(sum, f(<f64>steps)), f(strike))));
}

/** Payoffs, into SUMS; 0 after the last. */
function settle(bytes: u32, last: u32): void {
  for (let i: u32 = 0; i < bytes; i += 16) {
    const both = f64x2.add(gain(v128.load(SUMS + i)), gain(v128.load(MIRRORED_SUMS + i)));
    v128.store(SUMS + i, f64x2.mul(both, f(0.5)));
  }
  if (last < bytes) store<f64>(SUMS + last, 0);
}

/** The moments of the payoffs of the samples from `start` up to, but without, `end`: at most CHUNK. */
export function chunk(start: u64, end: u64): void {
  const count = <u32>(end - start);
  const last: u32 = count << 3;
  const bytes: u32 = ((count + 1) & ~1) << 3;
  for (let i: u32 = 0; i < bytes; i += 16) {
    v128.store(PRICES + i, f(spot));
    v128.store(MIRRORED + i, f(spot));
    v128.store(SUMS + i, f(0));
    v128.store(MIRRORED_SUMS + i, f(0));
  }
  const bits = BITS + 8 * (<u32>start & 7);
  for (let draw = 0; draw < steps; draw += 1) {
    drawBits(start, end, draw);
    drawTails(drawMiddle(bits, bytes));
    advance(bytes);
  }
  settle(bytes, last);

  let sums = f(0);
  for (let i: u32 = 0; i < bytes; i += 16) sums = f64x2.add(sums, v128.load(SUMS + i));
  const mean = (f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1)) / <f64>count;
  if (last < bytes) store<f64>(SUMS + last, mean);
  let squares = f(0);
  for (let i: u32 = 0; i < bytes; i += 16) {
    const deviation = f64x2.sub(v128.load(SUMS + i), f(mean));
    squares = f64x2.add(squares, f64x2.mul(deviation, deviation));
  }
  store<f64>(MOMENTS, mean);
  store<f64>(MOMENTS, f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1), 8);
}
