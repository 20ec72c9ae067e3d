import { type ComputationKey, isActive } from './computation.ts';
import { tooOld } from './errors.ts';
import { fail } from './outcome.ts';
import type { Engine, Limited } from './ports.ts';
import { progressOf } from './progress.ts';
import { sendRoot } from './root.ts';
import { newToken } from './token.ts';

type Deps = Pick<Engine, 'store' | 'queue' | 'clock' | 'random' | 'observe'> &
  Limited<'retentionMs' | 'sweepAfterMs'>;

/** However long nothing moves, a computation is visited about once an hour. */
const MAX_INTERVAL_MS = 3_600_000;

export interface Sweep {
  /** Visit every active computation, whenever its next visit would be: after a queue has lost its messages. */
  readonly all: boolean;
  /** Milliseconds until the invocation is killed. */
  remainingMs(): number;
}

/** How much time a visit may need; the sweep stops when less is left, and the next one goes on. */
const VISIT_MS = 5_000;

/**
 * Finds active computations that stopped moving and starts them again by sending their roots. One that cannot be
 * visited does not keep the others from it.
 * @throws {AggregateError} at the end, with the causes of the visits that failed
 */
export const sweep = async (deps: Deps, { all, remainingMs }: Sweep): Promise<void> => {
  const until = all ? Number.MAX_SAFE_INTEGER : deps.clock.now();
  const failures: unknown[] = [];
  for await (const key of deps.store.listDue(until)) {
    if (remainingMs() < VISIT_MS) break;
    await visit(deps, key, all).catch((cause: unknown) => failures.push(cause));
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} visits failed`);
};

/**
 * The index only nominates: the record decides, and the claim makes sure that of two sweepers one acts. Each
 * time progress has not changed the next visit is twice as far away, so that work which merely waits its turn
 * is not sent again and again.
 */
const visit = async (deps: Deps, key: ComputationKey, force: boolean): Promise<void> => {
  const computation = await deps.store.read(key);
  if (computation === undefined || !isActive(computation)) return;
  const now = deps.clock.now();
  if (computation.visit.at > now && !force) return;
  const swept = (action: 'sent' | 'healthy' | 'failed') =>
    deps.observe({ event: 'swept', id: key.id, action });
  if (now > computation.deadline) {
    await fail(deps, computation, tooOld());
    return swept('failed');
  }

  const { done } = await progressOf(deps, computation);
  const moved = done !== computation.visit.seen;
  const interval = moved
    ? deps.limits.sweepAfterMs
    : Math.min(2 * computation.visit.interval, MAX_INTERVAL_MS);
  const next = { at: now + interval, interval, seen: done };
  const claimed = await deps.store.rescheduleVisit(
    computation,
    computation.visit.at,
    next,
    newToken(deps.random),
  );
  if (!claimed) return;
  if (moved && !force) return swept('healthy');
  await sendRoot(deps, computation);
  swept('sent');
};
