import type { End, Engine, Limited, Start } from './ports.ts';

type Clocked = Pick<Engine, 'clock'>;

/** What a finished computation, ended now, is recorded with. */
export const endNow = ({ clock, limits }: Clocked & Limited<'retentionMs'>): End => {
  const finishedAt = clock.now();
  return { finishedAt, expiresAt: Math.ceil((finishedAt + limits.retentionMs) / 1_000) };
};

/** What an attempt that begins now starts with. */
export const startNow = ({ clock, limits }: Clocked & Limited<'maxAgeMs' | 'sweepAfterMs'>): Start => {
  const now = clock.now();
  const interval = limits.sweepAfterMs;
  return { deadline: now + limits.maxAgeMs, visit: { at: now + interval, interval, seen: 0 } };
};

/**
 * Until when a node's record is kept, in seconds since the epoch: it must outlive the computation, which ends at
 * most one attempt from now, is kept for the retention, and may on its last day be retried for one more attempt.
 */
export const nodeExpiry = ({ clock, limits }: Clocked & Limited<'retentionMs' | 'maxAgeMs'>): number =>
  Math.ceil((clock.now() + limits.retentionMs + 2 * limits.maxAgeMs) / 1_000);
