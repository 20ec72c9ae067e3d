import type { Clock } from '../../../functions/lib/ports.ts';
import type { QueuedMessage } from './message.ts';
import type { World } from './world.ts';

/** Which function an instance belongs to. */
export type Role = 'api' | 'worker' | 'dead-letters' | 'sweeper';

/** One instance of a function: its clock, its version, and the invocation that it is busy with. */
export class Instance implements Clock {
  readonly name: string;
  readonly role: Role;
  readonly version: 'old' | 'new';
  /** How far its clock is ahead of the true time, in milliseconds. */
  readonly skewMs: number;
  #current: Invocation | undefined;
  readonly #world: World;

  constructor(world: World, role: Role, number: number, version: 'old' | 'new') {
    this.#world = world;
    this.role = role;
    this.name = `${role}-${number}`;
    this.version = version;
    this.skewMs = world.faults.occurs('skewed clock') ? Math.round(world.dice.between(-30_000, 30_000)) : 0;
  }

  now(): number {
    return Math.floor(this.#world.now + this.skewMs);
  }

  get current(): Invocation {
    if (this.#current === undefined) throw new Error(`${this.name} is idle`);
    return this.#current;
  }

  begin(label: string, message?: QueuedMessage): Invocation {
    this.#current = new Invocation(this, label, this.#world.now, message);
    return this.#current;
  }
}

/** One run of a function, with all that the checks want to know about it. */
export class Invocation {
  readonly instance: Instance;
  readonly label: string;
  /** True time. */
  readonly startedAt: number;
  /** The clock of its instance when it began. */
  readonly clockAtStart: number;
  /** The message that it was invoked for. */
  readonly message: QueuedMessage | undefined;
  /** How often the message had been received by then. */
  readonly receiveCount: number;
  state: 'running' | 'settled' | 'dead' = 'running';
  /** Called once when it dies. */
  onDeath: () => void = () => {};
  /** Calls and kernels that it waits for. */
  pending = 0;
  /** Failures that were injected into it: the only good reasons to fail. */
  storeErrors = 0;
  queueErrors = 0;
  kernelRefused = false;
  kernelThrew = false;
  /** Its version does not know the type or the format. */
  unknownWork = false;
  /** Messages sent, by the name of what they ask for, as SQS acknowledged them. */
  readonly acknowledged = new Set<string>();
  /** Calls of the queue's `send`. */
  sends = 0;
  /** Epochs of the lives that it created, and what else it changed. */
  readonly created: string[] = [];
  readonly applied = { cancel: 0, retry: 0, remove: 0 };
  /** Visits that it claimed as a sweeper, by epoch, and whether progress had moved. */
  readonly claims = new Map<string, boolean>();
  /** Visits that it answered by sending. */
  readonly swept = new Set<string>();
  sweepsAll = false;
  /** When its first step began. */
  steppedSince: number | undefined;

  constructor(instance: Instance, label: string, startedAt: number, message: QueuedMessage | undefined) {
    this.instance = instance;
    this.label = label;
    this.startedAt = startedAt;
    this.clockAtStart = instance.now();
    this.message = message;
    this.receiveCount = message?.receiveCount ?? 0;
  }

  get name(): string {
    return this.instance.name;
  }

  get isDead(): boolean {
    return this.state === 'dead';
  }

  /** The process is gone: none of its promises will ever be settled. */
  die(): void {
    if (this.state !== 'running') return;
    this.state = 'dead';
    this.onDeath();
  }
}

/** How an invocation goes on when it does not die before. */
interface InvocationEvents {
  run(): Promise<void>;
  answered(): void;
  failed(error: unknown): void;
  died(): void;
}

/** Runs an invocation to its end: its answer, its failure, or its death by a crash or because its time is up. */
export const invoke = (
  world: World,
  invocation: Invocation,
  timeoutMs: number,
  course: InvocationEvents,
): void => {
  invocation.onDeath = course.died;
  world.scheduler.after(timeoutMs, () => {
    if (invocation.state !== 'running') return;
    world.faults.count('invocation timed out');
    world.trace(invocation.name, () => `${invocation.label} is killed after ${timeoutMs / 1_000} s`);
    invocation.die();
  });
  course.run().then(
    () => {
      if (invocation.isDead) return;
      world.trace(invocation.name, () => 'is done');
      course.answered();
    },
    (error: unknown) => {
      if (invocation.isDead) return;
      world.trace(invocation.name, () => `fails: ${error}`);
      course.failed(error);
    },
  );
};
