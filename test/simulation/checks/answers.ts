import { isDeepStrictEqual } from 'node:util';
import {
  type Computation,
  type ComputationKey,
  exists,
  isActive,
} from '../../../functions/lib/engine/computation.ts';
import type { Page } from '../../../functions/lib/engine/manage.ts';
import type { ConditionalResult } from '../../../functions/lib/engine/ports.ts';
import type { Progress } from '../../../functions/lib/engine/progress.ts';
import type { NewWork, SubmitResult } from '../../../functions/lib/engine/submit.ts';
import type { Invocation } from '../world/invocation.ts';
import type { Services } from '../world/services.ts';
import { INVARIANT } from './invariants.ts';

/** Whether what a client is told was true at some time between question and answer, and is all there is to tell. */
export class Answers {
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  #violate(invariant: string, by: Invocation, detail: string) {
    this.#services.world.violate(invariant, `${by.name} (${by.label}) ${detail}`);
  }

  /** What the record of this key has been since the question was asked. */
  #since(by: Invocation, { tenant, id }: ComputationKey): readonly (Computation | undefined)[] {
    return this.#services.store.since(`${tenant}/${id}`, by.startedAt);
  }

  #isTrue(by: Invocation, tenant: string, told: Computation, what: string) {
    if (told.tenant !== tenant) this.#violate(INVARIANT.tenants, by, `${what} what is of ${told.tenant}`);
    if (!this.#since(by, told).some((one) => one !== undefined && isDeepStrictEqual(one, told))) {
      this.#violate(INVARIANT.answer, by, `${what} what never was: ${JSON.stringify(told)}`);
    }
    if (!exists(told, by.clockAtStart)) this.#violate(INVARIANT.lives, by, `${what} what had expired`);
  }

  /** Nothing was there, or had expired, at some time since. */
  #couldBeNothing(by: Invocation, key: ComputationKey) {
    const now = by.instance.now();
    if (!this.#since(by, key).some((one) => !exists(one, now))) {
      this.#violate(INVARIANT.answer, by, 'is told that there is nothing');
    }
  }

  submitted(by: Invocation, work: NewWork, submitted: SubmitResult) {
    const created = new Set(by.created);
    if (created.size > 1) {
      this.#violate(INVARIANT.once, by, `created ${created.size} computations by one submission`);
    }
    if (submitted.outcome === 'key-reused' || submitted.outcome === 'contended') {
      if (by.sends > 0) this.#violate(INVARIANT.once, by, `sends though it is ${submitted.outcome}`);
      return this.#refusedKey(by, work, submitted.outcome);
    }
    const { computation } = submitted;
    this.#isTrue(by, work.tenant, computation, `is ${submitted.outcome}:`);
    const { type, version, input } = computation;
    if (!isDeepStrictEqual([type, version, input], [work.type, work.version, work.input])) {
      this.#violate(INVARIANT.answer, by, `is answered with other work: ${JSON.stringify(computation)}`);
    }
    const { identity } = work;
    if (identity.by === 'key' && computation.keyDigests?.key !== identity.digests.key) {
      this.#violate(INVARIANT.answer, by, 'is answered with the work of another key');
    }
    if (submitted.outcome === 'accepted' && by.created[0] !== computation.epoch) {
      this.#violate(INVARIANT.answer, by, 'is told that it created what it did not');
    }
    if (submitted.outcome === 'found') {
      if (identity.by === 'fresh') this.#violate(INVARIANT.answer, by, 'found something fresh');
      if (created.has(computation.epoch)) this.#violate(INVARIANT.answer, by, 'found what it had created');
      const isOver = !isActive(computation) && computation.status !== 'succeeded';
      if (identity.by === 'content' && isOver) {
        this.#violate(INVARIANT.answer, by, `found a computation that has ${computation.status}`);
      }
    }
    if (submitted.outcome === 'restarted' && (identity.by !== 'content' || by.applied.retry === 0)) {
      this.#violate(INVARIANT.answer, by, 'is told that it restarted what it did not');
    }
    this.#sent(by, submitted.outcome !== 'found' && isActive(computation) ? 1 : 0);
  }

  /** What was queued by this request was sent once, if the store let it find out what to send. */
  #sent(by: Invocation, times: number) {
    const isExcused = by.storeErrors > 0 && by.sends < times;
    if (by.sends !== times && !isExcused) this.#violate(INVARIANT.once, by, `sent ${by.sends} times`);
  }

  #refusedKey(by: Invocation, work: NewWork, is: 'key-reused' | 'contended') {
    const { identity, tenant } = work;
    if (is === 'contended') {
      // Somebody else must have kept changing what it met.
      if (this.#services.world.profile.kind === 'calm') this.#violate(INVARIANT.answer, by, 'is contended');
      return;
    }
    const uses = [0, 1, 2].flatMap((n) =>
      identity.by === 'key' ? this.#since(by, { tenant, id: identity.candidate(n) }) : [],
    );
    const reused = uses.some(
      (one) =>
        identity.by === 'key' &&
        one?.keyDigests?.key === identity.digests.key &&
        one.keyDigests.payload !== identity.digests.payload,
    );
    if (!reused) this.#violate(INVARIANT.answer, by, 'is told that its key was used for other work');
  }

  attempted(
    by: Invocation,
    key: ComputationKey,
    what: 'cancel' | 'retry' | 'remove',
    attempted: ConditionalResult<Computation | true>,
  ) {
    const { applied } = by;
    if ('applied' in attempted) {
      if (applied[what] === 0) this.#violate(INVARIANT.answer, by, 'is told that it was applied');
      if (attempted.applied !== true) this.#isTrue(by, key.tenant, attempted.applied, 'gets');
      this.#sent(by, what === 'retry' && attempted.applied !== true && isActive(attempted.applied) ? 1 : 0);
      return;
    }
    const { refused } = attempted;
    // Where another life or nothing stands in the way of a repeated write, or the same by another, nobody can tell.
    if (refused !== undefined && this.#services.lives.get(refused.epoch)?.lastBy.get(what) === by) {
      this.#violate(INVARIANT.answer, by, 'is told that it was refused, but it was applied');
    }
    if (refused === undefined) return this.#couldBeNothing(by, key);
    this.#isTrue(by, key.tenant, refused, 'is refused by');
    const mayRefuse = {
      cancel: !isActive(refused),
      retry: isActive(refused) || refused.status === 'succeeded',
      remove: isActive(refused),
    };
    if (!mayRefuse[what]) this.#violate(INVARIANT.answer, by, `is refused by one that has ${refused.status}`);
  }

  read(
    by: Invocation,
    key: ComputationKey,
    found: { computation: Computation; progress: Progress } | undefined,
  ) {
    if (found === undefined) return this.#couldBeNothing(by, key);
    const { computation, progress } = found;
    this.#isTrue(by, key.tenant, computation, 'reads');
    const { done, total } = progress;
    const life = this.#services.lives.get(computation.epoch);
    if (life === undefined || computation.status === 'succeeded') {
      if (done !== total)
        this.#violate(INVARIANT.answer, by, `reads a progress of ${done} of ${total} at the end`);
      return;
    }
    // The status may be older than the progress, never newer: what had been done when it became so is told with it.
    const since = Math.max(by.startedAt, this.#services.store.versionStart(computation));
    const [least, most] = life.progress(since);
    if (done > total || done < least || done > most) {
      const known = `${least} to ${most} were done`;
      this.#violate(INVARIANT.answer, by, `reads a progress of ${done} of ${total}, when ${known}`);
    }
  }

  page(by: Invocation, tenant: string, { computations }: Page, limit: number) {
    if (computations.length > limit)
      this.#violate(INVARIANT.bounded, by, `gets ${computations.length} of ${limit}`);
    if (new Set(computations.map(({ id }) => id)).size < computations.length) {
      this.#violate(INVARIANT.answer, by, 'gets a computation twice on one page');
    }
    for (const computation of computations) this.#isTrue(by, tenant, computation, 'lists');
  }

  /** The pages together had everything that was there all the time. */
  listed(by: Invocation, tenant: string, seen: readonly string[]) {
    const { store, world } = this.#services;
    const now = by.instance.now();
    for (const [key, { tenant: owner, id, epoch }] of store.computations) {
      if (owner !== tenant || seen.includes(id)) continue;
      const versions = store.since(key, by.startedAt - world.profile.indexLagMs);
      if (versions.every((one) => one?.epoch === epoch && exists(one, now))) {
        this.#violate(INVARIANT.answer, by, `does not find ${key} on its list`);
      }
    }
  }
}
