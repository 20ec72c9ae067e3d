import type { ActiveComputation, Computation, Json, Status } from './computation.ts';
import type { FailureCause } from './failure.ts';
import type { Engine, WithLimits } from './ports.ts';
import { attemptEnd } from './timing.ts';

type Deps = Pick<Engine, 'store' | 'clock' | 'observe'> & WithLimits<'retentionMs'>;

/** Ends the computation with its result, unless it is no longer active: a cancelled one gets no result. */
export const succeed = async (deps: Deps, computation: ActiveComputation, result: Json, total: number) => {
  const end = attemptEnd(deps);
  if (await deps.store.succeed(computation, result, total, end)) {
    emitFinished(deps, computation, 'succeeded', end.finishedAt);
  }
};

/** Ends this attempt of the computation with an error, unless it has ended or a later attempt has begun. */
export const fail = async (
  deps: Deps & Pick<Engine, 'problemType'>,
  computation: ActiveComputation,
  { name, title, detail }: FailureCause,
) => {
  const end = attemptEnd(deps);
  const error = { type: deps.problemType(name), title, detail };
  if (await deps.store.fail(computation, computation.attempt, error, end)) {
    emitFinished(deps, computation, 'failed', end.finishedAt);
  }
};

/** Reports that a computation has ended, and at what age. */
export const emitFinished = (
  deps: Pick<Deps, 'observe'>,
  { id, createdAt }: Pick<Computation, 'id' | 'createdAt'>,
  status: Status,
  at: number,
) => deps.observe({ event: 'finished', id, status, ageMs: at - createdAt });
