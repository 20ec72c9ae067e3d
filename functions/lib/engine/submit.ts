import { type Computation, type ComputationKey, isActive, type Json, type KeyUse } from './computation.ts';
import { hideExpired } from './expiry.ts';
import type { ConditionalResult, Engine, Limited } from './ports.ts';
import { sendRoot } from './root.ts';
import { startNow } from './timing.ts';
import { newToken } from './token.ts';

type Deps = Pick<Engine, 'store' | 'queue' | 'clock' | 'random' | 'observe'> &
  Limited<'maxAgeMs' | 'sweepAfterMs'>;

/**
 * Where a submission's id comes from, and so what it means that the id is taken.
 * - `content`: derived from tenant, type, version and input: the same work, found instead of run twice.
 * - `key`: derived from tenant and Idempotency-Key; the n-th candidate follows when another key collides.
 * - `fresh`: random, always a run of its own.
 */
export type Identity =
  | { readonly by: 'content'; readonly id: string }
  | { readonly by: 'key'; readonly use: KeyUse; candidate(n: number): string }
  | { readonly by: 'fresh' };

export interface NewWork {
  readonly tenant: string;
  readonly type: string;
  readonly version: number;
  readonly input: Json;
  readonly kind: 'parallel' | 'sequential';
  /** Parts, or steps as far as they are known. */
  readonly total: number;
  readonly identity: Identity;
}

export type Submitted =
  /** Accepted, found running or finished, or queued again: the computation as it now is. */
  | { readonly is: 'accepted' | 'found' | 'restarted'; readonly computation: Computation }
  /** The key has been used for another payload. */
  | { readonly is: 'key-reused' }
  /** Others created and removed the same computation faster than this request could take part; rare, try again. */
  | { readonly is: 'contended' };

/** How often a submission starts over when the computation it found is gone when it acts on it. */
const MAX_ROUNDS = 5;

/**
 * Accepts work, at most once: one conditional write, and the computation that stands in its way says which case
 * it is. Stored first, sent second: what is stored and not sent is found and sent by the sweeper.
 */
export const submit = async (deps: Deps, work: NewWork): Promise<Submitted> => {
  const { identity, total, ...rest } = work;
  let candidate = 0;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const id =
      identity.by === 'content'
        ? identity.id
        : identity.by === 'key'
          ? identity.candidate(candidate)
          : newToken(deps.random);
    const submission = {
      tenant: rest.tenant,
      id,
      epoch: newToken(deps.random),
      type: rest.type,
      version: rest.version,
      input: rest.input,
      kind: rest.kind,
      createdAt: deps.clock.now(),
      ...(identity.by === 'key' && { keyUse: identity.use }),
    };
    const created = await deps.store.create(submission, startNow(deps), total);
    if ('applied' in created) {
      await tryToSend(deps, created.applied, { isNew: true });
      return { is: 'accepted', computation: created.applied };
    }
    const found = created.refused;
    if (found === undefined || identity.by === 'fresh') continue;
    if (identity.by === 'key') {
      if (found.keyUse?.key !== identity.use.key) candidate += 1;
      else if (found.keyUse.payload !== identity.use.payload) return { is: 'key-reused' };
      else return { is: 'found', computation: found };
      continue;
    }
    if (isActive(found) || found.status === 'succeeded') return { is: 'found', computation: found };
    const retried = await retry(deps, found);
    if ('applied' in retried) return { is: 'restarted', computation: retried.applied };
    if (
      retried.refused !== undefined &&
      (isActive(retried.refused) || retried.refused.status === 'succeeded')
    ) {
      return { is: 'found', computation: retried.refused };
    }
  }
  return { is: 'contended' };
};

/**
 * Queues a failed or cancelled computation again: it goes on from the parts that it has. Refused with the
 * computation as it is, or with undefined where there is none.
 */
export const retry = async (deps: Deps, key: ComputationKey): Promise<ConditionalResult<Computation>> => {
  const retried = await deps.store.retry(key, newToken(deps.random), deps.clock.now(), startNow(deps));
  if ('applied' in retried) await tryToSend(deps, retried.applied);
  return hideExpired(deps.clock, retried);
};

/**
 * Sends the root of the tree. A failure to send is no failure of the submission, which is stored: the sweeper
 * finds it on the index of active computations and sends its root.
 */
const tryToSend = async (
  deps: Deps,
  computation: Computation,
  options: { readonly isNew?: boolean } = {},
) => {
  if (!isActive(computation)) return;
  try {
    await sendRoot(deps, computation, options);
  } catch (cause) {
    deps.observe({ event: 'unsent', id: computation.id, cause });
  }
};
