import type { ActiveComputation, Computation, Failure, Json, Status } from './computation.ts';
import type { Engine, Limited } from './ports.ts';
import { endNow } from './timing.ts';

type Deps = Pick<Engine, 'store' | 'clock' | 'observe'> & Limited<'retentionMs'>;

/** Ends the computation with its result, unless it is no longer active: a cancelled one gets no result. */
export const succeed = async (deps: Deps, computation: ActiveComputation, result: Json, total: number) => {
  const end = endNow(deps);
  if (await deps.store.succeed(computation, result, total, end)) {
    emitFinished(deps, computation, 'succeeded', end.finishedAt);
  }
};

/** Ends this attempt of the computation with an error, unless it is over or a later attempt has begun. */
export const fail = async (deps: Deps, computation: ActiveComputation, error: Failure) => {
  const end = endNow(deps);
  if (await deps.store.fail(computation, computation.attempt, error, end)) {
    emitFinished(deps, computation, 'failed', end.finishedAt);
  }
};

/** Tells that a computation came to its end, and at what age. */
export const emitFinished = (
  deps: Pick<Deps, 'observe'>,
  { id, createdAt }: Pick<Computation, 'id' | 'createdAt'>,
  status: Status,
  at: number,
) => deps.observe({ event: 'finished', id, status, ageMs: at - createdAt });
