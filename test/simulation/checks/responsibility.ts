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
import {
  LATER_FORMAT,
  type NodeTask,
  type QueuedMessage,
  type Task,
  taskName,
  taskOf,
} from '../world/message.ts';
import type { Services } from '../world/services.ts';
import { INVARIANT } from './invariants.ts';
import type { Life } from './lives.ts';

/** A sweep that takes longer may be out of time before it has visited everything. */
const WHOLE_SWEEP_MS = 50_000;

/** Whether everything unfinished is somebody's: no message, dead letter or visit is done with while its work is not. */
export class Responsibility {
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  #broken(invariant: string, by: Invocation, detail: string) {
    this.#services.world.violate(invariant, `${by.name} (${by.label}) ${detail}`);
  }

  /** The life that the message belongs to, while its attempt goes on. */
  #goingOn(task: Task | undefined): Life | undefined {
    const life = task && this.#services.lives.get(task.epoch);
    const goesOn =
      task !== undefined &&
      life?.obsoleteSince(task.attempt) === undefined &&
      task.attempt <= (life?.attempts.length ?? 0);
    return goesOn ? life : undefined;
  }

  /**
   * A worker has answered that it is done, and its message has been deleted (unless somebody else had received it
   * meanwhile). Then its step is done: what it asked for has been reported, and of what remains somebody has a
   * message that is not deleted.
   */
  messageDone(by: Invocation) {
    const task = by.message?.task;
    const life = this.#goingOn(task);
    if (task === undefined || life === undefined || life.isLossy) return;
    if (task.kind === 'sequence') {
      const steps = [undefined, ...life.checkpointSteps];
      const isHeld = steps.some((step) => this.#isHeld({ ...task, step }));
      if (!isHeld) this.#broken(INVARIANT.done, by, 'leaves its sequence to nobody');
      return;
    }
    const isReported = this.#isReported(task, task);
    if (!isReported && partsBelow(task, task.parts) === 1) {
      return this.#broken(INVARIANT.done, by, 'leaves its part unreported');
    }
    const left = this.#uncared(task, isReported ? parentOf(task) : task);
    if (left !== undefined) {
      this.#broken(INVARIANT.done, by, `leaves node ${left.level}.${left.index} to nobody`);
    }
  }

  #isReported(task: NodeTask, node: Node): boolean {
    return !isRoot(node, task.parts) && this.#services.store.isFilled(task, parentOf(node), slotOf(node));
  }

  /** Whether somebody has a message that asks for this and has yet to be done with it. */
  #isHeld(task: Task): boolean {
    const { queue, deadLetters } = this.#services;
    return queue.count(taskName(task)) + deadLetters.count(taskName(task)) > 0;
  }

  #isHeldAtOrAbove(task: NodeTask, node: Node): boolean {
    if (this.#isHeld({ ...task, ...node })) return true;
    return !isRoot(node, task.parts) && this.#isHeldAtOrAbove(task, parentOf(node));
  }

  #isHeldAtOrBelow(task: NodeTask, node: Node): boolean {
    if (this.#isHeld({ ...task, ...node })) return true;
    if (partsBelow(node, task.parts) === 1) return false;
    return childrenOf(node, task.parts).some((child) => this.#isHeldAtOrBelow(task, child));
  }

  /** The first node at or below this one for which nobody is responsible, or undefined. */
  #uncared(task: NodeTask, node: Node): Node | undefined {
    if (this.#isReported(task, node) || this.#isHeldAtOrAbove(task, node)) return undefined;
    if (partsBelow(node, task.parts) === 1) return node;
    const children = childrenOf(node, task.parts);
    if (children.every((child) => this.#isReported(task, child))) {
      // Whoever filled the last slot goes on upwards, and still has the message of a part far below.
      return this.#isHeldAtOrBelow(task, node) ? undefined : node;
    }
    for (const child of children) {
      const left = this.#uncared(task, child);
      if (left !== undefined) return left;
    }
    return undefined;
  }

  /** The queue has lost a message: from then on only the sweeper answers for what it asked. */
  messageLost(body: string) {
    const task = taskOf(body);
    const life = task && this.#services.lives.get(task.epoch);
    if (life !== undefined) life.isLossy = true;
  }

  /** Whether what the message asks for is over or done, so that nobody may fail anything for it. */
  isObsolete(body: string): boolean {
    const task = taskOf(body);
    const life = this.#goingOn(task);
    if (task === undefined || life === undefined) return true;
    if (task.kind === 'sequence') return task.step !== undefined && life.checkpointStep > task.step;
    return this.#isReported(task, task);
  }

  /** A dead letter is about to be deleted. Then its attempt is over, or what it asked for has been done. */
  deadLetterDone(by: Invocation, { task, sentAt }: QueuedMessage, body: string) {
    const life = this.#goingOn(task);
    if (task === undefined || life === undefined) return;
    // A format that this version does not know is left to the deadline.
    if (!body.includes(LATER_FORMAT)) {
      // Without a step it was tried from the checkpoint that there was when it was sent, or just before.
      const triedFrom = () =>
        task.kind === 'sequence' && task.step !== undefined
          ? task.step
          : life.stepAt((sentAt ?? 0) - 2 * this.#services.network.maxMs);
      const isDone =
        task.kind === 'node'
          ? this.#isReported(task, task)
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
  sweepDone(by: Invocation) {
    const { lives, store, world } = this.#services;
    for (const [epoch, hasMoved] of by.claims) {
      const life = lives.get(epoch);
      const isItsOwn = life?.claimed?.by === by && life.obsoleteSince(life.claimed.attempt) === undefined;
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
