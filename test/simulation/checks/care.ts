import { type ActiveComputation, isActive } from '../../../functions/lib/engine/computation.ts';
import {
  childrenOf,
  isRoot,
  type Node,
  parentOf,
  partsBelow,
  slotOf,
} from '../../../functions/lib/engine/tree.ts';
import type { Invocation } from '../world/invocation.ts';
import { type Asked, askedBy, LATER_FORMAT, type Letter, type NodeAsked, nameOf } from '../world/letter.ts';
import type { Platform } from '../world/platform.ts';
import { INVARIANT } from './invariants.ts';
import type { Life } from './lives.ts';

/** A sweep that takes longer may be out of time before it has visited everything. */
const WHOLE_SWEEP_MS = 50_000;

/** Whether everything unfinished is somebody's: no message, letter or visit is done with while its work is not. */
export class Care {
  readonly #platform: Platform;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  #broken(invariant: string, by: Invocation, detail: string) {
    this.#platform.world.violate(invariant, `${by.name} (${by.label}) ${detail}`);
  }

  /** The life that the message belongs to, while its attempt goes on. */
  #goingOn(asked: Asked | undefined): Life | undefined {
    const life = asked && this.#platform.lives.get(asked.epoch);
    const goesOn =
      asked !== undefined &&
      life?.mootSince(asked.attempt) === undefined &&
      asked.attempt <= (life?.attempts.length ?? 0);
    return goesOn ? life : undefined;
  }

  /**
   * A worker has answered that it is done, and its message has been deleted (unless somebody else had received it
   * meanwhile). Then its step is done: what it asked for has been reported, and of what remains somebody has a
   * message that is not deleted.
   */
  done(by: Invocation) {
    const asked = by.letter?.asked;
    const life = this.#goingOn(asked);
    if (asked === undefined || life === undefined || life.isLossy) return;
    if (asked.kind === 'sequence') {
      const steps = [undefined, ...life.checkpointSteps];
      const isHeld = steps.some((step) => this.#isHeld({ ...asked, step }));
      if (!isHeld) this.#broken(INVARIANT.done, by, 'leaves its sequence to nobody');
      return;
    }
    const isReported = this.#isReported(asked, asked);
    if (!isReported && partsBelow(asked, asked.parts) === 1) {
      return this.#broken(INVARIANT.done, by, 'leaves its part unreported');
    }
    const left = this.#uncared(asked, isReported ? parentOf(asked) : asked);
    if (left !== undefined) {
      this.#broken(INVARIANT.done, by, `leaves node ${left.level}.${left.index} to nobody`);
    }
  }

  #isReported(asked: NodeAsked, node: Node): boolean {
    return !isRoot(node, asked.parts) && this.#platform.store.isFilled(asked, parentOf(node), slotOf(node));
  }

  /** Whether somebody has a message that asks for this and has yet to be done with it. */
  #isHeld(asked: Asked): boolean {
    const { queue, deadLetters } = this.#platform;
    return queue.count(nameOf(asked)) + deadLetters.count(nameOf(asked)) > 0;
  }

  #isHeldAtOrAbove(asked: NodeAsked, node: Node): boolean {
    if (this.#isHeld({ ...asked, ...node })) return true;
    return !isRoot(node, asked.parts) && this.#isHeldAtOrAbove(asked, parentOf(node));
  }

  #isHeldAtOrBelow(asked: NodeAsked, node: Node): boolean {
    if (this.#isHeld({ ...asked, ...node })) return true;
    if (partsBelow(node, asked.parts) === 1) return false;
    return childrenOf(node, asked.parts).some((child) => this.#isHeldAtOrBelow(asked, child));
  }

  /** The first node at or below this one for which nobody is responsible, or undefined. */
  #uncared(asked: NodeAsked, node: Node): Node | undefined {
    if (this.#isReported(asked, node) || this.#isHeldAtOrAbove(asked, node)) return undefined;
    if (partsBelow(node, asked.parts) === 1) return node;
    const children = childrenOf(node, asked.parts);
    if (children.every((child) => this.#isReported(asked, child))) {
      // Whoever filled the last slot goes on upwards, and still has the message of a part far below.
      return this.#isHeldAtOrBelow(asked, node) ? undefined : node;
    }
    for (const child of children) {
      const left = this.#uncared(asked, child);
      if (left !== undefined) return left;
    }
    return undefined;
  }

  /** The queue has lost a message: from then on only the sweeper answers for what it asked. */
  lost(body: string) {
    const asked = askedBy(body);
    const life = asked && this.#platform.lives.get(asked.epoch);
    if (life !== undefined) life.isLossy = true;
  }

  /** Whether what the message asks for is over or done, so that nobody may fail anything for it. */
  isMoot(body: string): boolean {
    const asked = askedBy(body);
    const life = this.#goingOn(asked);
    if (asked === undefined || life === undefined) return true;
    if (asked.kind === 'sequence') return asked.step !== undefined && life.checkpointStep > asked.step;
    return this.#isReported(asked, asked);
  }

  /** A dead letter is about to be deleted. Then its attempt is over, or what it asked for has been done. */
  buried(by: Invocation, { asked, sentAt }: Letter, body: string) {
    const life = this.#goingOn(asked);
    if (asked === undefined || life === undefined) return;
    // A format that this version does not know is left to the deadline.
    if (!body.includes(LATER_FORMAT)) {
      // Without a step it was tried from the checkpoint that there was when it was sent, or just before.
      const triedFrom = () =>
        asked.kind === 'sequence' && asked.step !== undefined
          ? asked.step
          : life.stepAt((sentAt ?? 0) - 2 * this.#platform.network.maxMs);
      const isDone =
        asked.kind === 'node'
          ? this.#isReported(asked, asked)
          : sentAt === undefined || life.stepAt(by.startedAt) > triedFrom();
      if (!isDone) this.#broken(INVARIANT.accounted, by, 'drops a dead letter that nobody overtook');
    }
    life.isLossy = true;
  }

  /**
   * Whether a whole interval lies between this run of the schedule and the one that made the last visit: then the visit
   * may not wait for another run, though the last one was made some milliseconds after its run began.
   */
  #isNext(by: Invocation, { attempt, visit }: ActiveComputation, last: Life['claimed']): boolean {
    if (last?.attempt !== attempt || by.instance.skewMs !== 0 || last.by.instance.skewMs !== 0) return false;
    return by.startedAt - last.by.startedAt >= visit.intervalMs - 1;
  }

  /** A sweep has answered well. Then it has visited what was due, and restarted what it claimed and found to stand still. */
  swept(by: Invocation) {
    const { lives, store, world } = this.#platform;
    for (const [epoch, hasMoved] of by.claims) {
      const life = lives.get(epoch);
      const isItsOwn = life?.claimed?.by === by && life.mootSince(life.claimed.attempt) === undefined;
      if (isItsOwn && (!hasMoved || by.sweepsAll) && !by.swept.has(epoch)) {
        this.#broken(INVARIANT.accounted, by, 'claims a visit and does not restart what stands still');
      }
    }
    if (world.now - by.startedAt > WHOLE_SWEEP_MS) return;
    for (const [key, computation] of store.computations) {
      if (!isActive(computation)) continue;
      const claimed = lives.get(computation.epoch)?.claimed;
      const isDue =
        by.sweepsAll || computation.visit.at <= by.clockAtStart || this.#isNext(by, computation, claimed);
      // An index that lags may not have it yet, and another sweep may have it.
      const isKnown = store.since(key, by.startedAt - world.profile.indexLagMs).length === 1;
      if (isDue && isKnown && (claimed?.at ?? 0) < by.startedAt) {
        this.#broken(INVARIANT.accounted, by, `does not visit ${key}, which is due`);
      }
    }
  }
}
