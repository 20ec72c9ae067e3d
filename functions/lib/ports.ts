import { randomFillSync } from 'node:crypto';

/** Where the time comes from; tests and the simulation drive their own. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

/** Where unpredictable bits come from; the simulation draws them from its seed. */
export interface Random {
  /** `length` random bytes. */
  bytes(length: number): Uint8Array;
}

export const systemClock: Clock = { now: () => Date.now() };

/** Drawn ahead: a call of the system's generator costs as much for sixteen bytes as for a thousand. */
const pool = new Uint8Array(4_096);
let used = pool.length;

export const systemRandom: Random = {
  bytes: (length) => {
    if (length > pool.length) return randomFillSync(new Uint8Array(length));
    if (used + length > pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const bytes = pool.slice(used, used + length);
    pool.fill(0, used, used + length); // what has been given out is known to nobody else
    used += length;
    return bytes;
  },
};
