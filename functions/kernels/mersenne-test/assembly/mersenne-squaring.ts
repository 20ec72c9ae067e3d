/*
 * The squaring of mersenne-test, in AssemblyScript: the irrational-base discrete weighted transform of R. Crandall
 * and B. Fagin, "Discrete weighted transforms and large-integer arithmetic", Mathematics of Computation 62 (1994).
 * `wordsFor` in ../mersenne-squaring.ts says why its rounding errors cannot matter.
 *
 * The words x are packed in pairs, (x[2k], x[2k+1]) as a complex number, a vector. The transform divides the
 * polynomial of these by x^h − r and x^h + r, down to h = 1: values at the roots of unity, in the order of their
 * reversed bits. `ROOTS` has the r of node i, e^(πi·φ(i)), where φ reads the bits of i backwards as a fraction.
 *
 * @memoryPages 25
 */

/** The most words. */
const WORDS: u32 = 1 << 15;

/** The words, weighted: a f64 each. */
export const DATA: u32 = 1024;

/** Of each word: what unweights it and ends the transform, its weight, its base 2^bits, and 1 / its base. */
export const SCALES: u32 = DATA + 8 * WORDS;
const SCALE: u32 = 32;

/** Of each node: the real part of its root twice, the imaginary part negative and positive. */
export const ROOTS: u32 = SCALES + SCALE * WORDS;
const ROOT: u32 = 32;

@inline
function swap(x: v128): v128 {
  return v128.shuffle<i64>(x, x, 1, 0);
}

/** x times the root at an address. */
@inline
function turn(x: v128, root: u32): v128 {
  return f64x2.add(f64x2.mul(x, v128.load(root)), f64x2.mul(swap(x), v128.load(root, 16)));
}

/** x times the conjugate of the root at an address. */
@inline
function turnBack(x: v128, root: u32): v128 {
  return f64x2.sub(f64x2.mul(x, v128.load(root)), f64x2.mul(swap(x), v128.load(root, 16)));
}

@inline
function conjugate(x: v128): v128 {
  return v128.xor(x, i64x2(0, 0x8000000000000000));
}

/** i·x */
@inline
function quarterTurn(x: v128): v128 {
  return v128.xor(swap(x), i64x2(0x8000000000000000, 0));
}

@inline
function product(x: v128, y: v128): v128 {
  const imaginary = v128.xor(v128.shuffle<i64>(y, y, 1, 1), i64x2(0x8000000000000000, 0));
  return f64x2.add(f64x2.mul(x, v128.shuffle<i64>(y, y, 0, 0)), f64x2.mul(swap(x), imaginary));
}

/** The division of the whole by x^h − 1 and x^h + 1, and its inverse, but for a factor of 2. */
function half(end: u32): void {
  const h = (end - DATA) >> 1;
  for (let at = DATA; at < DATA + h; at += 16) {
    const a = v128.load(at);
    const b = v128.load(at + h);
    v128.store(at, f64x2.add(a, b));
    v128.store(at + h, f64x2.sub(a, b));
  }
}

/** Two divisions at once, of nodes of 4·h bytes. */
function quarters(h: u32, end: u32): void {
  let root = ROOTS;
  let next = ROOTS;
  for (let node = DATA; node < end; node += 4 * h) {
    for (let at = node; at < node + h; at += 16) {
      const a = v128.load(at);
      const b = v128.load(at + h);
      const c = turn(v128.load(at + 2 * h), root);
      const d = turn(v128.load(at + 3 * h), root);
      const e = f64x2.add(a, c);
      const f = turn(f64x2.add(b, d), next);
      const g = f64x2.sub(a, c);
      // The root of an odd node is i times that of the even one before.
      const i = quarterTurn(turn(f64x2.sub(b, d), next));
      v128.store(at, f64x2.add(e, f));
      v128.store(at + h, f64x2.sub(e, f));
      v128.store(at + 2 * h, f64x2.add(g, i));
      v128.store(at + 3 * h, f64x2.sub(g, i));
    }
    root += ROOT;
    next += 2 * ROOT;
  }
}

/** The inverse of `quarters`, but for a factor of 4. */
function quartersBack(h: u32, end: u32): void {
  let root = ROOTS;
  let next = ROOTS;
  for (let node = DATA; node < end; node += 4 * h) {
    for (let at = node; at < node + h; at += 16) {
      const p = v128.load(at);
      const q = v128.load(at + h);
      const r = v128.load(at + 2 * h);
      const s = v128.load(at + 3 * h);
      const e = f64x2.add(p, q);
      const f = turnBack(f64x2.sub(p, q), next);
      const g = f64x2.add(r, s);
      const i = turnBack(quarterTurn(f64x2.sub(s, r)), next);
      v128.store(at, f64x2.add(e, g));
      v128.store(at + h, f64x2.add(f, i));
      v128.store(at + 2 * h, turnBack(f64x2.sub(e, g), root));
      v128.store(at + 3 * h, turnBack(f64x2.sub(f, i), root));
    }
    root += ROOT;
    next += 2 * ROOT;
  }
}

/**
 * From the values of the packed words at two conjugate roots, an even position in the order of reversed bits and
 * its partner, to four times those of the packed words of the square. With A and B̄ the two values, S = A + B and
 * D = A − B are twice the values of the even words and 2i times those of the odd ones; ζ is the root.
 */
@inline
function squarePair(at: u32, partner: u32, root: u32): void {
  const a = v128.load(at);
  const b = conjugate(v128.load(partner));
  const s = f64x2.add(a, b);
  const d = f64x2.sub(a, b);
  const p = f64x2.sub(product(s, s), turn(product(d, d), root));
  const sd = product(s, d);
  const r = f64x2.add(sd, sd);
  v128.store(partner, conjugate(f64x2.sub(p, r)));
  v128.store(at, f64x2.add(p, r));
}

function squareValues(end: u32): void {
  // 1 and −1 are their own conjugates: four times the square there is of the sums and of the values themselves.
  const z = v128.load(DATA);
  const squares = f64x2.mul(z, z);
  const re = f64x2.extract_lane(z, 0);
  const im = f64x2.extract_lane(z, 1);
  v128.store(
    DATA,
    f64x2(4 * (f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1)), 8 * re * im),
  );
  const y = v128.load(DATA, 16);
  v128.store(DATA, f64x2.mul(f64x2.splat(4), product(y, y)), 16);
  for (let block: u32 = 32; DATA + block < end; block *= 2) {
    const last = DATA + 2 * block - 16;
    for (let i: u32 = 0; i < block; i += 32) {
      // The root of an even position is that of the node with half its number.
      squarePair(DATA + block + i, last - i, ROOTS + block + i);
    }
  }
}

/**
 * From the values of the transform to integers, less 2 at the first, and to balanced words again: carries run from
 * word to word and from the last, where 2^exponent ≡ 1, to the first.
 */
function carry(end: u32): void {
  let carried: f64 = -2;
  let scale = SCALES;
  for (let word = DATA; word < end; word += 8) {
    const value = nearest(load<f64>(word) * load<f64>(scale)) + carried;
    carried = nearest(value * load<f64>(scale, 24));
    store<f64>(word, (value - carried * load<f64>(scale, 16)) * load<f64>(scale, 8));
    scale += SCALE;
  }
  let at = DATA;
  while (carried !== 0) {
    scale = SCALES + (at - DATA) * (SCALE / 8);
    const value = nearest(load<f64>(at) / load<f64>(scale, 8)) + carried;
    carried = nearest(value * load<f64>(scale, 24));
    store<f64>(at, (value - carried * load<f64>(scale, 16)) * load<f64>(scale, 8));
    at += 8;
    if (at === end) at = DATA;
  }
}

/** Squares the number of `words` words (a power of two, at least 8) at DATA and takes 2 away. */
export function square(words: u32): void {
  const end = DATA + 8 * words;
  const odd = ctz(words) % 2 === 0; // of complex numbers there are half as many
  if (odd) half(end);
  for (let h = odd ? words : 2 * words; h >= 16; h /= 4) quarters(h, end);
  squareValues(end);
  for (let h: u32 = 16; 4 * h <= 8 * words; h *= 4) quartersBack(h, end);
  if (odd) half(end);
  carry(end);
}
