/*
 * Elementary functions of our own, made of + − × ÷ and √ only. IEEE 754 defines those to the last bit, whereas
 * Math.exp and Math.log may change with the engine; a result must not.
 */

/** ln 2 in two pieces: its first 32 bits, so that a multiple of it by an exponent is exact, and the rest. */
const LN2_HIGH = 0xb17217f7 / 2 ** 32;
const LN2_LOW = 1.9082149292705877e-10;

/** 2^k at index k + 540: half of any exponent that `exp` may need. */
const HALF_POWERS = Float64Array.from({ length: 1081 }, () => 1);
for (let k = 1; k <= 540; k += 1) {
  HALF_POWERS[540 + k] = (HALF_POWERS[539 + k] ?? 0) * 2;
  HALF_POWERS[540 - k] = (HALF_POWERS[541 - k] ?? 0) / 2;
}

/** y·2^k, in two steps because 2^k alone may be no normal number. */
const scale = (y: number, k: number): number => {
  const half = k >> 1;
  return y * (HALF_POWERS[540 + half] ?? 0) * (HALF_POWERS[540 + k - half] ?? 0);
};

/**
 * e^x, with a relative error below 2.3e-16 (one unit in the last place) wherever the result is a normal number.
 *
 * x = k·ln 2 + r with |r| ≤ ln 2 / 2, and e^r = 1 + 2r / (R − r), where R = r·coth(r/2) = 2 + Σ 2·B₂ₙ/(2n)!·r²ⁿ
 * (B₂ₙ: the Bernoulli numbers; Abramowitz and Stegun 4.5.67). Six terms leave less than 1e-17.
 */
export const exp = (x: number): number => {
  if (x > 709.782712893384) return Number.POSITIVE_INFINITY;
  if (x < -745.1332191019412) return 0;
  const k = Math.floor(x * Math.LOG2E + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const t = r * r;
  const c =
    r -
    t *
      (1 / 6 +
        t *
          (-1 / 360 + t * (1 / 15120 + t * (-1 / 604800 + t * (1 / 23950080 + t * (-691 / 653837184000))))));
  // 2r / (R − r) with R = 2 + (r − c), arranged so that the large terms are added last.
  return scale(1 + (high - (low - (r * c) / (2 - c))), k);
};

const bits = new DataView(new ArrayBuffer(8));

/**
 * The natural logarithm, with a relative error below 2.3e-16 (one unit in the last place); −∞ for 0, NaN below.
 *
 * x = 2^k·m with √½ ≤ m < √2, and ln m = 2·artanh(s) with s = (m − 1)/(m + 1) (Abramowitz and Stegun 4.1.27).
 * Ten terms leave less than 1e-18.
 */
export const log = (x: number): number => {
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (!(x > 0)) return Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  // Subnormal numbers have no exponent of their own, so they get one.
  if (x < 2 ** -1022) return log(x * 2 ** 54) - 54 * LN2_LOW - 54 * LN2_HIGH;
  bits.setFloat64(0, x);
  const top = bits.getInt32(0);
  bits.setInt32(0, (top & 0x000fffff) | 0x3ff00000);
  let m = bits.getFloat64(0);
  let k = (top >> 20) - 1023;
  if (m >= Math.SQRT2) {
    m /= 2;
    k += 1;
  }
  const f = m - 1;
  const s = f / (2 + f);
  const z = s * s;
  let rest = 0;
  for (let n = 21; n >= 3; n -= 2) rest = z * (2 / n + rest);
  // 2s = f − s·f, so that the largest term, f, is exact.
  return k * LN2_HIGH - (s * (f - rest) - k * LN2_LOW - f);
};

/**
 * The quantile of the standard normal distribution: the z below which a share `p` (strictly between 0 and 1) of
 * it lies, with a relative error of about 1e-16.
 *
 * M. J. Wichura, "Algorithm AS 241: The percentage points of the normal distribution", Applied Statistics 37
 * (1988) 477–484, PPND16: a rational function of (p − ½)² in the middle, of √(−ln p) in the tails.
 */
export const inverseNormal = (p: number): number => {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * middle(0.180625 - q * q);
  const r = Math.sqrt(-log(q < 0 ? p : 1 - p));
  const z = r <= 5 ? tail(r - 1.6) : farTail(r - 5);
  return q < 0 ? -z : z;
};

/** For |p − ½| ≤ 0.425; r = 0.425² − (p − ½)². */
const middle = (r: number): number =>
  (((((((2509.0809287301227 * r + 33430.57558358813) * r + 67265.7709270087) * r + 45921.95393154987) * r +
    13731.69376550946) *
    r +
    1971.5909503065513) *
    r +
    133.14166789178438) *
    r +
    3.3871328727963665) /
  (((((((5226.495278852854 * r + 28729.085735721943) * r + 39307.89580009271) * r + 21213.794301586597) * r +
    5394.196021424751) *
    r +
    687.1870074920579) *
    r +
    42.31333070160091) *
    r +
    1);

/** For e^−25 ≤ p < 0.075; r = √(−ln p) − 1.6. */
const tail = (r: number): number =>
  (((((((0.0007745450142783414 * r + 0.022723844989269184) * r + 0.2417807251774506) * r +
    1.2704582524523684) *
    r +
    3.6478483247632045) *
    r +
    5.769497221460691) *
    r +
    4.630337846156546) *
    r +
    1.4234371107496835) /
  (((((((1.0507500716444169e-9 * r + 0.0005475938084995345) * r + 0.015198666563616457) * r +
    0.14810397642748008) *
    r +
    0.6897673349851) *
    r +
    1.6763848301838038) *
    r +
    2.053191626637759) *
    r +
    1);

/** For p < e^−25; r = √(−ln p) − 5. */
const farTail = (r: number): number =>
  (((((((2.0103343992922881e-7 * r + 2.7115555687434876e-5) * r + 0.0012426609473880784) * r +
    0.026532189526576124) *
    r +
    0.29656057182850487) *
    r +
    1.7848265399172913) *
    r +
    5.463784911164114) *
    r +
    6.657904643501103) /
  (((((((2.0442631033899397e-15 * r + 1.421511758316446e-7) * r + 1.8463183175100548e-5) * r +
    0.0007868691311456133) *
    r +
    0.014875361290850615) *
    r +
    0.1369298809227358) *
    r +
    0.599832206555888) *
    r +
    1);
