/*
 * The sieve of prime-count, in AssemblyScript: byte k of a window stands for the numbers 30·k + r, a bit for each
 * of the eight residues r that 2, 3 and 5 leave, and a set bit for what may still be prime.
 *
 * A prime p = 30·q + r strikes the multiples p·(30·a + w), w being the eight residues again. They lie at the
 * bytes p·a + q·w + ⌊r·w / 30⌋, and their bits depend on r and w alone. So the primes of each r have a loop of
 * their own that strikes eight multiples at fixed bits (a round) and moves on by p bytes: no table, no branch.
 * Rounds are never cut: what they strike beyond the end of a segment is kept for the next.
 *
 * @memoryPages 136
 */

/** Bytes sieved by all primes before they are counted: they and what rounds strike beyond them stay in the L2 cache. */
const SEGMENT: u32 = 1 << 18;

/** Bytes sieved by the small primes at once: they stay in the L1 cache. */
const BLOCK: u32 = 1 << 15;

/** Primes below are small: many of their rounds fit a block. */
const SMALL: u32 = 1 << 13;

/** Primes from here on strike a segment too seldom for whole rounds: multiple by multiple. */
const LARGE: u32 = 1 << 17;

/** The primes from 7 to 163 are struck by patterns, in groups whose product is a short period. */
const GROUPS: u32 = 16;
const PATTERN: u32 = 10240;

/** At most that many primes of one residue below 10^7, the root of the largest number. */
const CAPACITY: u32 = 84000;

/** A record: u32 p (of a large prime ⌊p / 30⌋·8 + the index of its next w), u32 the address of its next round. */
const RECORD: u32 = 8;

// The memory.
const PERIODS: u32 = 1024; // of each group a u32
const POSITIONS: u32 = PERIODS + 4 * GROUPS; // in each pattern a u32
const ENDS: u32 = POSITIONS + 4 * GROUPS; // of each residue: its records, and where its small, middle and all end
const STEPS: u32 = ENDS + 8 * 16; // of each residue and w: what a large prime strikes and how it goes on
const PATTERNS: u32 = 4096;
const FRONT: u32 = PATTERNS + GROUPS * PATTERN; // what the first rounds of a window strike before it
const BUFFER: u32 = FRONT + LARGE;
const RECORDS: u32 = BUFFER + SEGMENT + LARGE;

/** Where the caller puts the primes from 167 on, ascending, as u32. */
export const PRIMES: u32 = RECORDS + 8 * CAPACITY * RECORD;

/** The number that bit i of byte 0 stands for. */
@inline
function residue(i: u32): u32 {
  return (0x1d1713110d0b0701 >> (8 * <u64>i)) as u32 & 0xff;
}

/** The bit of a residue: the inverse of `residue`. */
@inline
function bitOf(r: u32): u32 {
  return (4 * r) / 15;
}

@inline
function strike(at: u32, r: u32, w: u32): void {
  const byte = at + (r * w) / 30;
  const mask: u32 = ~(1 << bitOf((r * w) % 30));
  store<u8>(byte, load<u8>(byte) & <u8>mask);
}

/** Strikes rounds of p = 30·q + r from the one at `at` until one begins at `end` or later, and returns where. */
@inline
function rounds(r: u32, p: u32, at: u32, end: u32): u32 {
  const q2 = 2 * (p / 30);
  const q4 = 2 * q2;
  const q6 = q2 + q4;
  while (at < end) {
    let next = at;
    strike(next, r, 1);
    next += q6;
    strike(next, r, 7);
    next += q4;
    strike(next, r, 11);
    next += q2;
    strike(next, r, 13);
    next += q4;
    strike(next, r, 17);
    next += q2;
    strike(next, r, 19);
    next += q4;
    strike(next, r, 23);
    next += q6;
    strike(next, r, 29);
    at += p;
  }
  return at;
}

@inline
function strikeAll(r: u32, record: u32, recordsEnd: u32, end: u32, shift: u32): void {
  for (; record < recordsEnd; record += RECORD) {
    store<u32>(record, rounds(r, load<u32>(record), load<u32>(record, 4), end) - shift, 4);
  }
}

/** A function for each residue, so that its bits are constants and the engine optimizes each loop alone. */
function strike1(record: u32, recordsEnd: u32, end: u32, shift: u32): void {
  strikeAll(1, record, recordsEnd, end, shift);
}
function strike7(record: u32, recordsEnd: u32, end: u32, shift: u32): void {
  strikeAll(7, record, recordsEnd, end, shift);
}
function strike11(record: u32, recordsEnd: u32, end: u32, shift: u32): void {
  strikeAll(11, record, recordsEnd, end, shift);
}
function strike13(record: u32, recordsEnd: u32, end: u32, shift: u32): void {
  strikeAll(13, record, recordsEnd, end, shift);
}
function strike17(record: u32, recordsEnd: u32, end: u32, shift: u32): void {
  strikeAll(17, record, recordsEnd, end, shift);
}
function strike19(record: u32, recordsEnd: u32, end: u32, shift: u32): void {
  strikeAll(19, record, recordsEnd, end, shift);
}
function strike23(record: u32, recordsEnd: u32, end: u32, shift: u32): void {
  strikeAll(23, record, recordsEnd, end, shift);
}
function strike29(record: u32, recordsEnd: u32, end: u32, shift: u32): void {
  strikeAll(29, record, recordsEnd, end, shift);
}

/** Strikes up to `end` by the primes of every residue whose records lie between two columns of ENDS. */
@inline
function strikeColumns(from: u32, to: u32, end: u32, shift: u32): void {
  strike1(load<u32>(ENDS + 0 + from), load<u32>(ENDS + 0 + to), end, shift);
  strike7(load<u32>(ENDS + 16 + from), load<u32>(ENDS + 16 + to), end, shift);
  strike11(load<u32>(ENDS + 32 + from), load<u32>(ENDS + 32 + to), end, shift);
  strike13(load<u32>(ENDS + 48 + from), load<u32>(ENDS + 48 + to), end, shift);
  strike17(load<u32>(ENDS + 64 + from), load<u32>(ENDS + 64 + to), end, shift);
  strike19(load<u32>(ENDS + 80 + from), load<u32>(ENDS + 80 + to), end, shift);
  strike23(load<u32>(ENDS + 96 + from), load<u32>(ENDS + 96 + to), end, shift);
  strike29(load<u32>(ENDS + 112 + from), load<u32>(ENDS + 112 + to), end, shift);
}

/** Strikes the multiples of the large primes below `end`, one by one, and makes their addresses relative to it. */
function strikeLarge(end: u32): void {
  for (let i: u32 = 0; i < 8; i += 1) {
    const steps = STEPS + i * 64;
    const recordsEnd = load<u32>(ENDS + 16 * i, 12);
    for (let record = load<u32>(ENDS + 16 * i, 8); record < recordsEnd; record += RECORD) {
      let at = load<u32>(record, 4);
      if (at < end) {
        const packed = load<u32>(record);
        const q = packed >> 3;
        let w = packed & 7;
        do {
          const step = load<u32>(steps + 8 * w);
          store<u8>(at, load<u8>(at) & <u8>step);
          at += q * (step >> 16) + load<u32>(steps + 8 * w, 4);
          w = (w + 1) & 7;
        } while (at < end);
        store<u32>(record, (q << 3) | w);
      }
      store<u32>(record, at - SEGMENT, 4);
    }
  }
}

function patternOf(group: u32, prime: u32): void {
  const pattern = PATTERNS + group * PATTERN;
  const end = pattern + PATTERN - 256; // a round reaches less than a prime further
  const first = pattern + prime / 30;
  switch (bitOf(prime % 30)) {
    case 0: rounds(1, prime, first, end); break;
    case 1: rounds(7, prime, first, end); break;
    case 2: rounds(11, prime, first, end); break;
    case 3: rounds(13, prime, first, end); break;
    case 4: rounds(17, prime, first, end); break;
    case 5: rounds(19, prime, first, end); break;
    case 6: rounds(23, prime, first, end); break;
    default: rounds(29, prime, first, end);
  }
}

function group(index: u32, a: u32, b: u32, c: u32): void {
  memory.fill(PATTERNS + index * PATTERN, 0xff, PATTERN);
  patternOf(index, a);
  patternOf(index, b);
  if (c > 1) patternOf(index, c);
  store<u32>(PERIODS + 4 * index, a * b * c);
}

/** Once, before anything else. */
export function initialize(): void {
  group(0, 7, 23, 37);
  group(1, 11, 19, 31);
  group(2, 13, 17, 29);
  group(3, 41, 163, 1);
  group(4, 43, 157, 1);
  group(5, 47, 151, 1);
  group(6, 53, 149, 1);
  group(7, 59, 139, 1);
  group(8, 61, 137, 1);
  group(9, 67, 131, 1);
  group(10, 71, 127, 1);
  group(11, 73, 113, 1);
  group(12, 79, 109, 1);
  group(13, 83, 107, 1);
  group(14, 89, 103, 1);
  group(15, 97, 101, 1);
  for (let i: u32 = 0; i < 8; i += 1) {
    const r = residue(i);
    for (let j: u32 = 0; j < 8; j += 1) {
      const w = residue(j);
      const next = j === 7 ? 31 : residue(j + 1);
      const step = STEPS + i * 64 + j * 8;
      store<u32>(step, ((next - w) << 16) | (~(1 << bitOf((r * w) % 30)) & 0xff));
      store<u32>(step, (r * next) / 30 - (r * w) / 30, 4);
    }
  }
}

/**
 * Begins a window at byte `first` (the numbers from 30·first) with the `count` primes at PRIMES: all from 167 to
 * the root of the window's largest number. Addresses in the window must fit 32 bits.
 */
export function begin(first: u64, count: u32): void {
  memory.fill(BUFFER, 0xff, SEGMENT + LARGE);
  for (let t: u32 = 0; t < GROUPS; t += 1) {
    store<u32>(POSITIONS + 4 * t, <u32>(first % load<u32>(PERIODS + 4 * t)));
  }
  for (let i: u32 = 0; i < 8; i += 1) {
    const records = RECORDS + i * CAPACITY * RECORD;
    for (let column: u32 = 0; column < 16; column += 4) store<u32>(ENDS + 16 * i + column, records);
  }
  for (let n: u32 = 0; n < count; n += 1) {
    const p = load<u32>(PRIMES + 4 * n);
    const q = p / 30;
    const ends = ENDS + 16 * bitOf(p % 30);
    const record = load<u32>(ends, 12);
    // The round of m = 30·a + 1 and up: the one that p² is in, or the last that begins before the window.
    let a: u64 = q;
    if (first > a * p + q) a = (first - q) / p;
    let at = <u32>(a * p + q - first) + BUFFER;
    if (p < LARGE) {
      store<u32>(record, p);
    } else {
      // Into the round, to the first multiple in the window.
      const steps = STEPS + bitOf(p % 30) * 64;
      let w: u32 = 0;
      while (<i32>at < <i32>BUFFER) {
        at += q * (load<u32>(steps + 8 * w) >> 16) + load<u32>(steps + 8 * w, 4);
        w = (w + 1) & 7;
      }
      store<u32>(record, (q << 3) | w);
    }
    store<u32>(record, at, 4);
    if (p < SMALL) store<u32>(ends, record + RECORD, 4);
    if (p < LARGE) store<u32>(ends, record + RECORD, 8);
    store<u32>(ends, record + RECORD, 12);
  }
}

@inline
function pattern(t: u32): u32 {
  return PATTERNS + t * PATTERN + load<u32>(POSITIONS + 4 * t);
}

/** Strikes the bytes from `at` to `end` (multiples of 16) by eight of the patterns, from `t` on. */
function presieve(t: u32, at: u32, end: u32): void {
  while (at < end) {
    let run = end - at;
    for (let i = t; i < t + 8; i += 1) {
      run = min(run, (load<u32>(PERIODS + 4 * i) - load<u32>(POSITIONS + 4 * i) + 15) & ~15);
    }
    const a = pattern(t) - at;
    const b = pattern(t + 1) - at;
    const c = pattern(t + 2) - at;
    const d = pattern(t + 3) - at;
    const e = pattern(t + 4) - at;
    const f = pattern(t + 5) - at;
    const g = pattern(t + 6) - at;
    const h = pattern(t + 7) - at;
    for (const stop = at + run; at < stop; at += 16) {
      v128.store(
        at,
        v128.and(
          v128.and(
            v128.and(v128.and(v128.load(at), v128.load(a + at)), v128.and(v128.load(b + at), v128.load(c + at))),
            v128.and(v128.load(d + at), v128.load(e + at)),
          ),
          v128.and(v128.and(v128.load(f + at), v128.load(g + at)), v128.load(h + at)),
        ),
      );
    }
    for (let i = t; i < t + 8; i += 1) {
      const position = load<u32>(POSITIONS + 4 * i) + run;
      const period = load<u32>(PERIODS + 4 * i);
      store<u32>(POSITIONS + 4 * i, position >= period ? position - period : position);
    }
  }
}

function sieveSmall(end: u32): void {
  for (let at = BUFFER; at < end; at += BLOCK) {
    const stop = min(at + BLOCK, (end + 15) & ~15);
    presieve(0, at, stop);
    presieve(8, at, stop);
    strikeColumns(0, 4, stop, at + BLOCK < end ? 0 : SEGMENT);
  }
}

function sieveMiddle(end: u32): void {
  strikeColumns(4, 8, end, SEGMENT);
}

function ones(end: u32): u32 {
  let count: u64 = 0;
  for (let at = BUFFER; at < end; at += 16) {
    count += popcnt(load<u64>(at)) + popcnt(load<u64>(at, 8));
  }
  return <u32>count;
}

/**
 * Sieves the next `length` bytes of the window (at most SEGMENT, and only the last time fewer) and returns how
 * many bits are left; of the first byte only those in `firstMask` and of the last those in `lastMask`.
 */
export function segment(length: u32, firstMask: u32, lastMask: u32): u32 {
  const end = BUFFER + length;
  sieveSmall(end);
  sieveMiddle(end);
  strikeLarge(end);
  store<u8>(BUFFER, load<u8>(BUFFER) & <u8>firstMask);
  store<u8>(end - 1, load<u8>(end - 1) & <u8>lastMask);
  if (length & 15) memory.fill(end, 0, 16);
  const count = ones(end);
  // What rounds struck beyond this segment is the beginning of the next.
  memory.copy(BUFFER, BUFFER + SEGMENT, LARGE);
  memory.fill(BUFFER + LARGE, 0xff, SEGMENT);
  return count;
}
