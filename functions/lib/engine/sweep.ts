import { type ActiveComputation, type ComputationKey, isActive } from './computation.ts';
import { deadlineExceeded } from './failure.ts';
import { MAX_VISIT_INTERVAL_MS, VISIT_LEAD_MS } from './limits.ts';
import { fail } from './outcome.ts';
import type { Engine, WithLimits } from './ports.ts';
import { progressOf } from './progress.ts';
import { sendStartMessage } from './start-message.ts';
import { newToken } from './token.ts';

type Deps = Pick<Engine, 'store' | 'queue' | 'clock' | 'random' | 'problemType' | 'observe'> &
  WithLimits<'retentionMs' | 'sweepAfterMs'>;

export interface SweepOptions {
  /** Visit every active computation, whenever its next visit would be: after a queue has lost its messages. */
  readonly all: boolean;
  /** Milliseconds until the invocation is killed. */
  remainingMs(): number;
}

/** How much time a visit may need; the sweep stops when less is left, and the next one goes on. */
const VISIT_MS = 5_000;

/** One run of the sweeper. */
interface Run {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly all: boolean;
}

/**
 * Finds active computations that stopped moving and sends their start messages again. A computation that cannot be
 * visited does not keep the sweep from the others.
 * @throws {AggregateError} at the end, with the causes of the visits that failed
 */
export const sweep = async (deps: Deps, { all, remainingMs }: SweepOptions): Promise<void> => {
  const run = { startedAt: deps.clock.now(), all };
  const failures: unknown[] = [];
  for await (const key of deps.store.listDue(all ? Number.MAX_SAFE_INTEGER : run.startedAt)) {
    if (remainingMs() < VISIT_MS) break;
    await visit(deps, key, run).catch((cause: unknown) => failures.push(cause));
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} visits failed`);
};

/** The index only nominates: the record decides whether a visit is due. */
const visit = async (deps: Deps, key: ComputationKey, run: Run): Promise<void> => {
  const computation = await deps.store.read(key);
  if (computation === undefined || !isActive(computation)) return;
  if (computation.visit.at > run.startedAt && !run.all) return;
  const swept = (action: 'sent' | 'healthy' | 'failed') =>
    deps.observe({ event: 'swept', id: key.id, action });
  if (deps.clock.now() > computation.deadline) {
    await fail(deps, computation, deadlineExceeded());
    return swept('failed');
  }
  const { done } = await progressOf(deps, computation);
  if (!(await reschedule(deps, computation, done, run))) return;
  if (done !== computation.visit.lastDone && !run.all) return swept('healthy');
  await sendStartMessage(deps, computation);
  swept('sent');
};

/**
 * Sets the next visit by a conditional write, so that of two sweepers only one acts. Each time progress has not changed
 * the next visit is twice as far away, so that work that only waits its turn is not sent again and again. Intervals
 * count from the start of a run, so that visits keep step with the schedule however long a run takes.
 */
const reschedule = (
  { store, random, limits }: Deps,
  computation: ActiveComputation,
  done: number,
  { startedAt }: Run,
): Promise<boolean> => {
  const { visit } = computation;
  const hasMoved = done !== visit.lastDone;
  const intervalMs = hasMoved ? limits.sweepAfterMs : Math.min(2 * visit.intervalMs, MAX_VISIT_INTERVAL_MS);
  const lead = Math.min(VISIT_LEAD_MS, intervalMs / 10);
  const next = { at: startedAt + intervalMs - lead, intervalMs, lastDone: done };
  return store.rescheduleVisit(computation, visit.at, next, newToken(random));
};
