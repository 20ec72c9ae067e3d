import {
  type Computation,
  type ComputationKey,
  isActive,
  type Json,
  type KeyDigests,
} from './computation.ts';
import { hideExpired } from './expiry.ts';
import type { ConditionalResult, Engine, WithLimits } from './ports.ts';
import { sendStartMessage } from './start-message.ts';
import { attemptStart } from './timing.ts';
import { newToken } from './token.ts';

type Deps = Pick<Engine, 'store' | 'queue' | 'clock' | 'random' | 'observe'> &
  WithLimits<'maxAgeMs' | 'sweepAfterMs'>;

/**
 * Where a submission's id comes from, and so what it means that the id is taken.
 * - `content`: derived from tenant, type, version and input: the same work, found instead of run twice.
 * - `key`: derived from tenant and Idempotency-Key; the n-th candidate follows when another key collides.
 * - `fresh`: random, always a run of its own.
 */
export type Identity =
  | { readonly by: 'content'; readonly id: string }
  | { readonly by: 'key'; readonly digests: KeyDigests; candidate(n: number): string }
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

export type SubmitResult =
  /** Accepted, found running or finished, or queued again: the computation as it now is. */
  | { readonly outcome: 'accepted' | 'found' | 'restarted'; readonly computation: Computation }
  /** The key has been used for another payload. */
  | { readonly outcome: 'key-reused' }
  /** Others created and removed the same computation faster than this request could take part; rare, try again. */
  | { readonly outcome: 'contended' };

/** How often a submission starts over when the computation it found is gone when it acts on it. */
const MAX_ROUNDS = 5;

/**
 * Accepts work, at most once: one conditional write, and the computation that stands in its way says which case
 * it is. Stored first, sent second: what is stored and not sent is found and sent by the sweeper.
 */
export const submit = async (deps: Deps, { identity, total, ...work }: NewWork): Promise<SubmitResult> => {
  let candidate = 0;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const submission = {
      tenant: work.tenant,
      id: idOf(deps, identity, candidate),
      epoch: newToken(deps.random),
      type: work.type,
      version: work.version,
      input: work.input,
      kind: work.kind,
      createdAt: deps.clock.now(),
      ...(identity.by === 'key' && { keyDigests: identity.digests }),
    };
    const created = await deps.store.create(submission, attemptStart(deps), total);
    if ('applied' in created) {
      await tryToSend(deps, created.applied, { isNew: true });
      return { outcome: 'accepted', computation: created.applied };
    }
    const found = created.refused;
    if (found === undefined || identity.by === 'fresh') continue;
    if (identity.by === 'key') {
      if (found.keyDigests?.key === identity.digests.key) return foundByKey(found, identity.digests);
      candidate += 1;
      continue;
    }
    const result = await foundByContent(deps, found);
    if (result !== undefined) return result;
  }
  return { outcome: 'contended' };
};

const idOf = ({ random }: Pick<Deps, 'random'>, identity: Identity, candidate: number): string => {
  if (identity.by === 'content') return identity.id;
  return identity.by === 'key' ? identity.candidate(candidate) : newToken(random);
};

/** The key was used before. It never restarts anything, and stands for one payload. */
const foundByKey = (found: Computation, { payload }: KeyDigests): SubmitResult =>
  found.keyDigests?.payload === payload
    ? { outcome: 'found', computation: found }
    : { outcome: 'key-reused' };

/** The same work is known: its computation, retried if it came to nothing; undefined if it is gone meanwhile. */
const foundByContent = async (deps: Deps, found: Computation): Promise<SubmitResult | undefined> => {
  if (isActive(found) || found.status === 'succeeded') return { outcome: 'found', computation: found };
  const retried = await retry(deps, found);
  if ('applied' in retried) return { outcome: 'restarted', computation: retried.applied };
  const { refused } = retried;
  const isUsable = refused !== undefined && (isActive(refused) || refused.status === 'succeeded');
  return isUsable ? { outcome: 'found', computation: refused } : undefined;
};

/**
 * Queues a failed or cancelled computation again: it goes on from the parts that it has. Refused with the
 * computation as it is, or with undefined where there is none.
 */
export const retry = async (deps: Deps, key: ComputationKey): Promise<ConditionalResult<Computation>> => {
  const retried = await deps.store.retry(key, newToken(deps.random), deps.clock.now(), attemptStart(deps));
  if ('applied' in retried) await tryToSend(deps, retried.applied);
  return hideExpired(deps.clock, retried);
};

/**
 * Sends the start message. A failure to send is no failure of the submission, which is stored: the sweeper finds it
 * on the index of active computations and sends the message.
 */
const tryToSend = async (
  deps: Deps,
  computation: Computation,
  options: { readonly isNew?: boolean } = {},
) => {
  if (!isActive(computation)) return;
  try {
    await sendStartMessage(deps, computation, options);
  } catch (cause) {
    deps.observe({ event: 'send-failed', id: computation.id, cause });
  }
};
