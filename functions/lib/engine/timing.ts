import type { AttemptEnd, AttemptStart, Engine, WithLimits } from './ports.ts';

type Clocked = Pick<Engine, 'clock'>;

/** What a finished computation, ended now, is recorded with. */
export const attemptEnd = ({ clock, limits }: Clocked & WithLimits<'retentionMs'>): AttemptEnd => {
  const finishedAt = clock.now();
  return { finishedAt, expiresAt: Math.ceil((finishedAt + limits.retentionMs) / 1_000) };
};

/** What an attempt that begins now starts with. */
export const attemptStart = ({
  clock,
  limits,
}: Clocked & WithLimits<'maxAgeMs' | 'sweepAfterMs'>): AttemptStart => {
  const now = clock.now();
  const intervalMs = limits.sweepAfterMs;
  return { deadline: now + limits.maxAgeMs, visit: { at: now + intervalMs, intervalMs, lastDone: 0 } };
};

/**
 * Until when a node's record is kept, in seconds since the epoch: it must outlive the computation, which ends at
 * most one attempt from now, is kept for the retention, and may on its last day be retried for one more attempt.
 */
export const nodeExpiry = ({ clock, limits }: Clocked & WithLimits<'retentionMs' | 'maxAgeMs'>): number =>
  Math.ceil((clock.now() + limits.retentionMs + 2 * limits.maxAgeMs) / 1_000);
