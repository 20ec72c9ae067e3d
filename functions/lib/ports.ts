import { randomBytes } from 'node:crypto';

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

export const systemRandom: Random = { bytes: (length) => new Uint8Array(randomBytes(length)) };
