import { isDeepStrictEqual } from 'node:util';
import {
  type ActiveComputation,
  type Computation,
  isActive,
} from '../../../functions/lib/engine/computation.ts';
import type { Invocation } from '../world/invocation.ts';
import type { Cause, SimulatedStore } from '../world/store.ts';
import type { World } from '../world/world.ts';
import { INVARIANT } from './invariants.ts';
import { Life, type Lives } from './lives.ts';
import { Outcomes } from './outcomes.ts';
import { shown } from './shown.ts';

const HOUR = 3_600_000;

/** A visit is due so much earlier than its interval says, or a tenth of the interval (`VISIT_LEAD_MS` of the engine). */
const LEAD_MS = 10_000;

/** What never changes in a life, however often it is tried. */
const fixed = ({ tenant, id, epoch, type, version, input, kind, createdAt, keyDigests }: Computation) => ({
  tenant,
  id,
  epoch,
  type,
  version,
  input,
  kind,
  createdAt,
  keyDigests,
});

/**
 * Sees every change of a computation and knows which may be: what the conditions of the writes promise, said once
 * more and independently of them.
 */
export class Changes {
  readonly #world: World;
  readonly #lives: Lives;
  readonly #ends: Outcomes;
  readonly #resultOf: (computation: Computation) => { readonly text: string };
  readonly #store: () => SimulatedStore;

  constructor(
    world: World,
    lives: Lives,
    resultOf: (computation: Computation) => { readonly text: string },
    store: () => SimulatedStore,
  ) {
    this.#world = world;
    this.#lives = lives;
    this.#resultOf = resultOf;
    this.#store = store;
    this.#ends = new Outcomes(world, lives, store);
  }

  see(key: string, before: Computation | undefined, after: Computation | undefined, cause: Cause) {
    this.#world.trace(cause.by?.name ?? 'TTL', () => `${key}: ${shown(before)} → ${shown(after)}`);
    if (after === undefined) return this.#gone(key, before, cause);
    if (key !== `${after.tenant}/${after.id}`) this.#broken(INVARIANT.tenants, after, `at ${key}`);
    if (before === undefined || before.epoch !== after.epoch) this.#created(key, before, after, cause);
    else this.#changed(before, after, cause);
  }

  #broken(invariant: string, after: Computation, detail: string) {
    this.#world.violate(invariant, `${after.tenant}/${after.id} became ${shown(after)} ${detail}`);
  }

  #life({ epoch }: Computation): Life | undefined {
    return this.#lives.get(epoch);
  }

  /** One request changes a computation once, however often the SDK repeats it. */
  #asked(changed: Computation, by: Invocation, what: 'cancel' | 'retry' | 'remove') {
    by.applied[what] += 1;
    const life = this.#life(changed);
    if (life === undefined || life.isBack) return;
    if (life.lastBy.get(what) === by) this.#broken(INVARIANT.answer, changed, `twice by one ${what}`);
    life.lastBy.set(what, by);
  }

  #gone(key: string, before: Computation | undefined, cause: Cause) {
    if (before === undefined) return;
    const life = this.#life(before);
    if (life !== undefined) life.goneAt = this.#world.now;
    if (cause.operation === 'ttl') return;
    if (isActive(before) || cause.operation !== 'remove' || cause.by === undefined) {
      this.#world.violate(INVARIANT.accounted, `${key}, ${shown(before)}, was deleted by ${cause.operation}`);
    } else this.#asked(before, cause.by, 'remove');
  }

  #created(key: string, before: Computation | undefined, after: Computation, cause: Cause) {
    const { by, operation } = cause;
    if (operation !== 'create') this.#broken(INVARIANT.terminal, after, `by ${operation}`);
    if (before !== undefined) {
      const hasExpired = !isActive(before) && before.expiresAt * 1_000 <= after.createdAt;
      if (!hasExpired)
        this.#broken(INVARIANT.terminal, after, `over ${shown(before)}, which had not expired`);
      else this.#world.faults.count('expired and created again');
      const replaced = this.#life(before);
      if (replaced !== undefined) replaced.goneAt = this.#world.now;
    } else if (this.#store().since(key, 0).length > 2) {
      this.#world.faults.count('removed and created again');
    }
    const earlier = this.#life(after);
    // The SDK may repeat a create whose computation has been removed meanwhile: nobody can tell that it was there.
    if (earlier !== undefined && by?.created.includes(after.epoch) !== true) {
      this.#broken(INVARIANT.lives, after, 'with an epoch used before');
    }
    const life = new Life(after, this.#resultOf(after), earlier);
    this.#lives.add(life);
    by?.created.push(after.epoch);
    if (after.attempt !== 1) this.#broken(INVARIANT.lives, after, 'when new');
    this.#began(after, life, cause);
  }

  /** An attempt begins with all the time that it may take, a first visit, and nothing of what was before. */
  #began(after: Computation, life: Life, { by }: Cause) {
    const isNew = after.status === 'queued' && !('finishedAt' in after) && !('error' in after);
    if (!isNew || !isActive(after) || by === undefined) {
      return this.#broken(INVARIANT.terminal, after, 'to begin with');
    }
    life.begin(this.#world.now, after.deadline);
    const { maxAgeMs, sweepAfterMs } = this.#world.profile.limits;
    const began = after.deadline - maxAgeMs;
    const { at, intervalMs, lastDone } = after.visit;
    const isRight = at - began === sweepAfterMs && intervalMs === sweepAfterMs && lastDone === 0;
    if (!isRight || began < by.clockAtStart || began > by.instance.now()) {
      this.#broken(INVARIANT.accounted, after, `with ${JSON.stringify(after.visit)} by ${after.deadline}`);
    }
  }

  #changed(before: Computation, after: Computation, cause: Cause) {
    if (!isDeepStrictEqual(fixed(before), fixed(after))) {
      this.#broken(INVARIANT.terminal, after, 'with something changed that never does');
    }
    if (!isActive(before)) return this.#revived(before, after, cause);
    if (after.attempt !== before.attempt) this.#broken(INVARIANT.terminal, after, 'while active');
    if (isActive(after)) return this.#goesOn(before, after, cause);
    this.#life(after)?.end(this.#world.now);
    if (cause.by !== undefined && after.status === 'cancelled') this.#asked(after, cause.by, 'cancel');
    this.#ends.see(before, after, cause);
  }

  /** What is over only begins again by a retry. */
  #revived(before: Computation & { readonly expiresAt: number }, after: Computation, cause: Cause) {
    const { by, operation } = cause;
    const isOver = before.status === 'failed' || before.status === 'cancelled';
    if (operation !== 'retry' || by === undefined || !isOver || after.attempt !== before.attempt + 1) {
      return this.#broken(INVARIANT.terminal, after, `after ${shown(before)} by ${operation}`);
    }
    if (before.expiresAt * 1_000 <= by.clockAtStart) {
      this.#broken(INVARIANT.lives, after, 'though it had expired');
    }
    this.#asked(after, by, 'retry');
    const life = this.#life(after);
    if (life !== undefined) this.#began(after, life, cause);
  }

  #goesOn(before: ActiveComputation, after: ActiveComputation, { by, operation }: Cause) {
    if (after.deadline !== before.deadline || after.total !== before.total) {
      this.#broken(INVARIANT.terminal, after, 'with another deadline or total');
    }
    if (operation === 'start') {
      const isStarted = before.status === 'queued' && after.status === 'running';
      if (!isStarted) this.#broken(INVARIANT.terminal, after, 'started twice');
      if (by?.message?.task?.attempt !== after.attempt) {
        this.#broken(INVARIANT.terminal, after, 'started by a message of another attempt');
      }
    } else if (operation === 'reschedule' && by !== undefined && after.status === before.status) {
      this.#claimed(before, after, by);
    } else this.#broken(INVARIANT.terminal, after, `by ${operation}`);
  }

  /** A visit is made when it is due, and the next one is twice as far away each time that nothing has moved. */
  #claimed(before: ActiveComputation, after: ActiveComputation, by: Invocation) {
    const now = by.instance.now();
    const { lastDone, intervalMs, at } = after.visit;
    if (before.visit.at > now && !by.sweepsAll) {
      this.#broken(INVARIANT.once, after, 'visited before it was due');
    }
    const hasMoved = lastDone !== before.visit.lastDone;
    const { sweepAfterMs } = this.#world.profile.limits;
    const next = hasMoved ? sweepAfterMs : Math.min(2 * before.visit.intervalMs, HOUR);
    const earliest = by.clockAtStart + intervalMs - Math.min(LEAD_MS, intervalMs / 10);
    if (intervalMs !== next || at < earliest || at > now + intervalMs) {
      this.#broken(INVARIANT.once, after, `to be visited in ${intervalMs} ms, not ${next} ms`);
    }
    by.claims.set(after.epoch, hasMoved);
    const life = this.#life(after);
    if (life !== undefined) life.claimed = { by, at: this.#world.now, attempt: after.attempt };
  }
}
