import { type Computation, type ComputationKey, exists, type Status } from './computation.ts';
import { hideExpired } from './expiry.ts';
import { emitFinished } from './outcome.ts';
import type { ConditionalResult, Engine, WithLimits } from './ports.ts';
import { type Progress, progressOf } from './progress.ts';
import { attemptEnd } from './timing.ts';
import { newToken } from './token.ts';

type Deps = Pick<Engine, 'store' | 'clock' | 'random'>;

/** Cancels for everybody who shares the computation; from this moment no result can appear. */
export const cancel = async (
  deps: Deps & Pick<Engine, 'observe'> & WithLimits<'retentionMs'>,
  key: ComputationKey,
): Promise<ConditionalResult<Computation>> => {
  const end = attemptEnd(deps);
  const cancelled = await deps.store.cancel(key, newToken(deps.random), end);
  if ('applied' in cancelled) emitFinished(deps, cancelled.applied, 'cancelled', end.finishedAt);
  return hideExpired(deps.clock, cancelled);
};

/** Deletes a finished computation. What its parts left behind expires unseen: the next life has another epoch. */
export const remove = async (
  deps: Pick<Engine, 'store' | 'clock'>,
  key: ComputationKey,
): Promise<ConditionalResult<true>> =>
  hideExpired(deps.clock, await deps.store.remove(key, deps.clock.now()));

/** The computation and how far it is, or undefined where there is none. At most twelve reads. */
export const read = async (
  deps: Pick<Engine, 'store' | 'clock'>,
  key: ComputationKey,
): Promise<{ computation: Computation; progress: Progress } | undefined> => {
  const computation = await deps.store.read(key);
  if (!exists(computation, deps.clock.now())) return undefined;
  return { computation, progress: await progressOf(deps, computation) };
};

export interface Page {
  readonly computations: Computation[];
  /** The position to go on from; absent on the last page. */
  readonly next: string | undefined;
}

/**
 * A page of the tenant's computations, newest first. The index tells only which there are, so that a change of
 * status writes no index; the filter applies to the page, which may then be short and still have a next.
 */
export const list = async (
  deps: Pick<Engine, 'store' | 'clock'>,
  tenant: string,
  filter: { readonly status?: Status | undefined; readonly type?: string | undefined },
  after: string | undefined,
  limit: number,
): Promise<Page> => {
  const { keys, next } = await deps.store.list(tenant, after, limit);
  const found = new Map(
    (await deps.store.readMany(keys.map(({ id }) => ({ tenant, id })))).map((one) => [one.id, one]),
  );
  const now = deps.clock.now();
  const computations = keys
    .map(({ id }) => found.get(id))
    .filter((one) => exists(one, now))
    .filter((one) => filter.status === undefined || one.status === filter.status)
    .filter((one) => filter.type === undefined || one.type === filter.type);
  return { computations, next };
};
