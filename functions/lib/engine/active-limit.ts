import type { Clock } from '../ports.ts';
import { TooManyActiveError } from '../resilience/errors.ts';
import { type ComputationKey, exists, isActive } from './computation.ts';
import type { ComputationStore } from './ports.ts';

/** How long a count is used, in milliseconds; what this instance accepts meanwhile is added to it. */
const COUNT_MS = 1_000;

/** How many tenants' counts an instance keeps. */
const MAX_RECENT = 1_000;

export interface ActiveCap {
  /** Active computations that a tenant may have. */
  readonly most: number;
  /** How many the tenant has, or a little while ago had. */
  count(tenant: string): Promise<number>;
  readonly clock: Clock;
}

/**
 * A store that refuses to make another computation active while its tenant has as many as it may. It costs no
 * write and at most one small read a second, tenant and instance; in exchange the cap is approximate: instances
 * do not know what others have accepted within the last second. What asks for a computation that is there already
 * makes none active, and is answered as ever.
 *
 * `create` and `retry` also throw {@link TooManyActiveError}.
 */
export const limitActive = (store: ComputationStore, { most, count, clock }: ActiveCap): ComputationStore => {
  const counts = new Map<string, { active: number; readonly at: number }>();

  const countOf = async (tenant: string) => {
    const known = counts.get(tenant);
    if (known !== undefined && clock.now() - known.at < COUNT_MS) return known;
    const fresh = { active: await count(tenant), at: clock.now() };
    counts.delete(tenant);
    counts.set(tenant, fresh);
    const [oldest] = counts.keys();
    if (counts.size > MAX_RECENT && oldest !== undefined) counts.delete(oldest);
    return fresh;
  };

  /** Runs a write that may make a computation active, unless it would and there are too many. */
  const within = async <T extends object>(
    key: ComputationKey,
    wouldActivate: () => Promise<boolean>,
    write: () => Promise<T>,
  ): Promise<T> => {
    const counted = await countOf(key.tenant);
    if (counted.active >= most && (await wouldActivate())) throw new TooManyActiveError(most);
    const attempted = await write();
    if ('applied' in attempted) counted.active += 1;
    return attempted;
  };

  const read = async (key: ComputationKey) => {
    const found = await store.read(key);
    return exists(found, clock.now()) ? found : undefined;
  };

  return {
    ...store,
    create: (submission, start, total) =>
      within(
        submission,
        async () => (await read(submission)) === undefined,
        () => store.create(submission, start, total),
      ),
    retry: (key, token, now, start) =>
      within(
        key,
        async () => {
          const found = await read(key);
          return found !== undefined && !isActive(found) && found.status !== 'succeeded';
        },
        () => store.retry(key, token, now, start),
      ),
  };
};
