/** The wheel: every prime but 2, 3 and 5 is ≡ one of eight residues modulo 30, so only those are sieved. */
const WHEEL = 30;
const WHEEL_PRIMES = [2, 3, 5];
const RESIDUES = [1, 7, 11, 13, 17, 19, 23, 29];

/** The inverse modulo 30 of each residue at its own index. */
const INVERSES = Array.from({ length: WHEEL }, (_, n) => RESIDUES.find((m) => (m * n) % WHEEL === 1) ?? 0);

/** How many numbers of a residue are sieved at once. Each takes a byte, so that all stay in the L2 cache. */
const SEGMENT = 2 ** 18;

/** The primes up to `limit`, by the sieve of Eratosthenes. */
const primesUpTo = (limit: number): number[] => {
  const composite = new Uint8Array(limit + 1);
  const primes: number[] = [];
  for (let n = 2; n <= limit; n += 1) {
    if (composite[n] === 1) continue;
    primes.push(n);
    for (let multiple = n * n; multiple <= limit; multiple += n) composite[multiple] = 1;
  }
  return primes;
};

/**
 * The number of primes p with from ≤ p ≤ to (safe integers from 0). A segmented sieve of Eratosthenes over
 * each residue r of the wheel: byte k stands for the number 30·k + r, and a prime strikes every p-th byte.
 */
export const primesBetween = (from: number, to: number): number => {
  let count = WHEEL_PRIMES.filter((prime) => from <= prime && prime <= to).length;
  const primes = Uint32Array.from(primesUpTo(Math.floor(Math.sqrt(to))).slice(WHEEL_PRIMES.length));
  const next = new Float64Array(primes.length);
  const struck = new Uint8Array(SEGMENT);

  for (const residue of RESIDUES) {
    // 1 is not a prime, though no prime strikes it.
    const first = Math.max(residue === 1 ? 1 : 0, Math.ceil((from - residue) / WHEEL));
    const end = Math.floor((to - residue) / WHEEL) + 1;

    // The first multiple m·p to strike: m ≥ p, m·p in the range, and m·p ≡ residue.
    for (let i = 0; i < primes.length; i += 1) {
      const p = primes[i] ?? 0;
      const atLeast = Math.max(p, Math.ceil((first * WHEEL + residue) / p));
      const wanted = (residue * (INVERSES[p % WHEEL] ?? 0)) % WHEEL;
      const m = atLeast + ((wanted - (atLeast % WHEEL) + WHEEL) % WHEEL);
      next[i] = (m * p - residue) / WHEEL - first;
    }

    for (let start = first; start < end; start += SEGMENT) {
      const length = Math.min(SEGMENT, end - start);
      struck.fill(0);
      for (let i = 0; i < primes.length; i += 1) {
        const p = primes[i] ?? 0;
        let k = next[i] ?? 0;
        for (; k < length; k += p) struck[k] = 1;
        next[i] = k - SEGMENT;
      }
      count += length;
      for (let k = 0; k < length; k += 1) count -= struck[k] ?? 0;
    }
  }
  return count;
};
