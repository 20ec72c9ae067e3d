import type { ActiveComputation, Failure, Json } from './computation.ts';
import type { Engine, Limited } from './ports.ts';
import { endNow } from './timing.ts';

type Deps = Pick<Engine, 'store' | 'clock' | 'observe'> & Limited<'retentionMs'>;

/** Ends the computation with its result, unless it is no longer active: a cancelled one gets no result. */
export const succeed = async (deps: Deps, computation: ActiveComputation, result: Json, total: number) => {
  const end = endNow(deps);
  if (await deps.store.succeed(computation, result, total, end)) {
    finished(deps, computation, 'succeeded', end.finishedAt);
  }
};

/** Ends this attempt of the computation with an error, unless it is over or a later attempt has begun. */
export const fail = async (deps: Deps, computation: ActiveComputation, error: Failure) => {
  const end = endNow(deps);
  if (await deps.store.fail(computation, computation.attempt, error, end)) {
    finished(deps, computation, 'failed', end.finishedAt);
  }
};

const finished = (deps: Deps, { id, createdAt }: ActiveComputation, status: string, at: number) =>
  deps.observe({ event: 'finished', id, status, ageMs: at - createdAt });
