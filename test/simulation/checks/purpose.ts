import type { WorkMessage } from '../../../functions/lib/engine/message.ts';
import { isRoot, type Node, parentOf, slotOf } from '../../../functions/lib/engine/tree.ts';
import type { Invocation } from '../world/invocation.ts';
import { describeTask, type NodeTask, type Task, taskName, taskOf } from '../world/message.ts';
import type { Services } from '../world/services.ts';
import { WORKER_TIMEOUT_MS } from '../world/timeouts.ts';
import { INVARIANT } from './invariants.ts';
import type { Life } from './lives.ts';

/** For so long a worker may go on with a status that it has read (`REUSE_MS` of the engine). */
const REUSE_MS = 1_000;

const MAX_MESSAGE_BYTES = 1_024;

/**
 * Whether what an invocation starts and asks for has a purpose: compares it with what truly is, which no worker can
 * know, and forgives what it could not know yet.
 */
export class Purpose {
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  #broken(invariant: string, by: Invocation, detail: string) {
    this.#services.world.violate(invariant, `${by.name} (${by.label}) ${detail}`);
  }

  /** A part or step starts. */
  starts(by: Invocation, at: number) {
    const task = by.message?.task;
    const life = task && this.#services.lives.get(task.epoch);
    if (task === undefined || life === undefined) return;
    this.#isAlive(by, task, life, `starts part ${at}`);
    this.#isInTime(by, task, life, `starts part ${at}`);
    if (task.kind === 'node') {
      life.computed.set(at, (life.computed.get(at) ?? 0) + 1);
      return this.#isWanted(by, task, task, `computes part ${at}`);
    }
    const { now, profile } = this.#services.world;
    if (by.steppedSince !== undefined) {
      // The other half of its time is for the last step and the checkpoint.
      const budget = Math.min(profile.limits.checkpointMs, WORKER_TIMEOUT_MS / 2);
      const ms = Math.floor(now - by.steppedSince);
      if (ms > budget + 1) {
        this.#broken(INVARIANT.bounded, by, `starts step ${at} after ${ms} ms`);
      }
      return;
    }
    by.steppedSince = now;
    life.steps.push(at);
    // Checkpoints are read with strong consistency, so nobody sets out from behind one, nor for a message behind one.
    const reached = life.stepAt(by.startedAt);
    if (reached > Math.min(at, task.step ?? at)) {
      this.#broken(INVARIANT.wasted, by, `steps from ${at}, though ${reached} had been reached`);
    }
  }

  /** What the message belongs to has not been over for longer than a worker may not know it. */
  #isAlive(by: Invocation, task: Task, life: Life, what: string) {
    const endedAt = life.obsoleteSince(task.attempt);
    // A status may be as old as a stale read, a slow answer and what an instance remembers make it.
    const lagMs = REUSE_MS + this.#services.world.profile.staleMs + this.#services.network.maxMs;
    if (endedAt === undefined || by.startedAt <= endedAt + lagMs) return;
    const ms = Math.round(this.#services.world.now - endedAt);
    this.#broken(INVARIANT.cancelled, by, `${what} ${ms} ms after its attempt was over`);
  }

  #isInTime(by: Invocation, { attempt }: Task, life: Life, what: string) {
    const deadline = life.attempts[attempt - 1]?.deadline;
    if (deadline !== undefined && by.clockAtStart > deadline) {
      this.#broken(INVARIANT.cancelled, by, `${what} after its deadline`);
    }
  }

  /** The node's value has not been reported for longer than a read may be stale. */
  #isWanted(by: Invocation, task: NodeTask, node: Node, what: string) {
    if (isRoot(node, task.parts)) return;
    const { store, world } = this.#services;
    const since = by.startedAt - world.profile.staleMs;
    if (store.isFilledSince(task, parentOf(node), slotOf(node), since)) {
      this.#broken(INVARIANT.wasted, by, `${what}, which had been reported`);
    }
  }

  /** The engine asks the queue to take a message. */
  asks(by: Invocation, { format: _, ...message }: WorkMessage & { format?: number }) {
    const next: Task = message;
    const what = `asks for ${describeTask(next)}`;
    const life = this.#services.lives.get(next.epoch);
    if (life === undefined || life.first.id !== next.id || life.first.tenant !== next.tenant) {
      return this.#broken(INVARIANT.tenants, by, `${what}, which is of no life`);
    }
    if (next.attempt > life.attempts.length) {
      this.#broken(INVARIANT.lives, by, `${what}, of an attempt to come`);
    }
    if (by.message?.task !== undefined) this.#passesOn(by, by.message.task, next, life, what);
    else if (by.label === 'sweep') this.#restarts(by, next, life);
  }

  /** A worker asks for what its own message is about, and for nothing that is there already. */
  #passesOn(by: Invocation, task: Task, next: Task, life: Life, what: string) {
    if (next.epoch !== task.epoch || next.attempt !== task.attempt || next.kind !== task.kind) {
      this.#broken(INVARIANT.lives, by, what);
    }
    this.#isAlive(by, task, life, what);
    if (task.kind === 'node' && next.kind === 'node') this.#isWanted(by, task, next, what);
    else if (next.kind === 'sequence' && !life.checkpointSteps.includes(next.step ?? 0)) {
      this.#broken(INVARIANT.wasted, by, `${what}, of which there is no checkpoint`);
    }
  }

  /** A sweeper restarts what it has claimed and found to stand still, once. */
  #restarts(by: Invocation, next: Task, life: Life) {
    const what = `restarts ${describeTask(next)}`;
    const { claims, swept, startedAt, sweepsAll } = by;
    const hasMoved = claims.get(next.epoch);
    if (hasMoved === undefined) this.#broken(INVARIANT.once, by, `${what} without a claim`);
    else if (swept.has(next.epoch)) this.#broken(INVARIANT.once, by, `${what} twice`);
    else if (hasMoved && !sweepsAll) this.#broken(INVARIANT.once, by, `${what}, which moved`);
    else if (this.#services.world.profile.kind === 'calm') {
      this.#broken(INVARIANT.once, by, `${what}, though nothing went wrong`);
    }
    swept.add(next.epoch);
    const endedAt = life.obsoleteSince(next.attempt);
    if (endedAt !== undefined && endedAt < startedAt) {
      this.#broken(INVARIANT.cancelled, by, `${what}, which was over`);
    }
    this.#isInTime(by, next, life, what);
  }

  /** SQS is asked to take a message: none that it has said to have. */
  offers(by: Invocation, body: string) {
    const task = taskOf(body);
    if (task !== undefined && by.acknowledged.has(taskName(task))) {
      this.#broken(INVARIANT.once, by, `sends ${describeTask(task)} twice`);
    }
  }

  /** SQS has said that it has a message. */
  taken(by: Invocation, body: string) {
    const task = taskOf(body);
    if (task !== undefined) by.acknowledged.add(taskName(task));
  }

  /** SQS has a message, whoever knows of it. */
  sent(body: string, by: Invocation) {
    const task = taskOf(body);
    if (task === undefined) return;
    const { world, lives } = this.#services;
    world.trace(by.name, () => `> ${describeTask(task)}`);
    if (body.length > MAX_MESSAGE_BYTES) {
      this.#broken(INVARIANT.bounded, by, `sends a message of ${body.length} bytes`);
    }
    const sent = lives.get(task.epoch)?.sent;
    sent?.set(taskName(task), (sent.get(taskName(task)) ?? 0) + 1);
  }
}
