import { BoundedMap } from '../bounded-map.ts';
import type { Clock } from '../ports.ts';
import { type ComputationKey, exists, isActive } from './computation.ts';
import { TooManyActiveError } from './errors.ts';
import type { ComputationStore } from './ports.ts';

/** How long a count is used, in milliseconds; what this instance accepts meanwhile is added to it. */
const MAX_COUNT_AGE_MS = 1_000;

/** How many tenants' counts an instance keeps, at some hundred bytes each. */
const MAX_COUNTS = 1_000;

export interface ActiveLimit {
  /** Active computations that a tenant may have. */
  readonly max: number;
  /** How many the tenant has, or had a moment ago. */
  count(tenant: string): Promise<number>;
  readonly clock: Clock;
}

/**
 * A store that refuses to make another computation active while its tenant has as many as it may. This costs no
 * write, and at most one small read per second, tenant and instance. In exchange the limit is approximate: an instance
 * does not know what other instances accepted within the last second. A request for a computation that exists already
 * makes none active and is answered as usual.
 *
 * `create` and `retry` also throw {@link TooManyActiveError}.
 */
export const limitActive = (
  store: ComputationStore,
  { max, count, clock }: ActiveLimit,
): ComputationStore => {
  const counts = new BoundedMap<string, { active: number }>({
    maxEntries: MAX_COUNTS,
    age: { maxMs: MAX_COUNT_AGE_MS, clock },
  });

  const countOf = async (tenant: string) => {
    const known = counts.get(tenant);
    if (known !== undefined) return known;
    const fresh = { active: await count(tenant) };
    counts.set(tenant, fresh);
    return fresh;
  };

  /** Runs a write that may make a computation active, unless it would and there are too many. */
  const withinLimit = async <T extends object>(
    { tenant }: ComputationKey,
    wouldActivate: () => Promise<boolean>,
    write: () => Promise<T>,
  ): Promise<T> => {
    const known = await countOf(tenant);
    if (known.active >= max && (await wouldActivate())) throw new TooManyActiveError(max);
    const result = await write();
    if ('applied' in result) known.active += 1;
    return result;
  };

  const read = async (key: ComputationKey) => {
    const found = await store.read(key);
    return exists(found, clock.now()) ? found : undefined;
  };

  return {
    ...store,
    create: (submission, start, total) =>
      withinLimit(
        submission,
        async () => (await read(submission)) === undefined,
        () => store.create(submission, start, total),
      ),
    retry: (key, token, now, start) =>
      withinLimit(
        key,
        async () => {
          const found = await read(key);
          return found !== undefined && !isActive(found) && found.status !== 'succeeded';
        },
        () => store.retry(key, token, now, start),
      ),
  };
};
