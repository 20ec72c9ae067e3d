import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { systemRandom } from '../../../functions/lib/ports.ts';
import {
  type FunctionError,
  Instance,
  type InstanceOptions,
  type Outcome,
  type Request,
} from './instance.ts';
import type { LocalFunction } from '../stack.ts';

export interface LambdaOptions extends InstanceOptions {
  /** Instances at most; a reserved concurrency in the template takes its place. */
  readonly maxInstances: number;
}

/** How long an instance stays without work before it makes room. */
const idleMilliseconds = 60_000;
/**
 * How long events wait for a running instance before another one starts: a start costs a tenth of a second of
 * processor time, and most events end sooner than that.
 */
const growMilliseconds = 20;
/** As many instances as the processors can keep busy: more would only take turns. Two, so that one may wait. */
const busyInstances = Math.max(2, availableParallelism());
/** An event that runs longer than this is one that waits, or works for long: beside it another instance may start. */
const longMilliseconds = 200;
/** Events that wait at most. On AWS they would have instances of their own; here waiting has to end somewhere. */
const maxWaiting = 1_000;

/** What has become of a function's events since the start, as CloudWatch counts them. */
export interface Counts {
  /** Events that ran or run. */
  invocations: number;
  /** Of them, those whose outcome was an error. */
  errors: number;
  /** Events that were refused. */
  throttles: number;
  /** How long the newest one that ended took. */
  lastMilliseconds: number | undefined;
}

interface Waiting {
  readonly request: Request;
  finish(outcome: Outcome): void;
}

/**
 * A Lambda function: instances that start when they are needed, run one event at a time, are used again while warm
 * and go when idle. An event beyond the reserved concurrency is throttled at once, as on AWS. Without a reserved
 * concurrency AWS would start an instance for each; here events beyond `maxInstances` wait for their turn.
 */
export class Lambda {
  readonly definition: LocalFunction;
  readonly maxInstances: number;
  readonly counts: Readonly<Counts>;
  /** Asked before each event: milliseconds after which its instance is killed; undefined: it is not. */
  crashAfter: () => number | undefined = () => undefined;
  readonly #options: LambdaOptions;
  readonly #counts: Counts = { invocations: 0, errors: 0, throttles: 0, lastMilliseconds: undefined };
  readonly #waiting: Waiting[] = [];
  readonly #instances = new Set<Instance>();
  readonly #starting = new Set<Instance>();
  /** The one that worked last is at the end and works next, so that the others can go. */
  readonly #idle: { readonly instance: Instance; readonly retire: NodeJS.Timeout }[] = [];
  /** When the event of each instance that runs one has begun. */
  readonly #begun = new Map<Instance, number>();
  /** Events that instances have, begun or not. */
  #handed = 0;
  #growth: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: LambdaOptions) {
    this.#options = options;
    this.definition = options.definition;
    this.counts = this.#counts;
    this.maxInstances = options.definition.reservedConcurrency ?? options.maxInstances;
  }

  /** How many instances there are now. */
  get instances(): number {
    return this.#instances.size;
  }

  /** How many events run now. */
  get running(): number {
    return this.#begun.size;
  }

  /** Runs one event, given as JSON in one line. Never rejects. */
  invoke(
    payload: string,
    { requestId = randomUUID() as string, traceId = newTraceId() } = {},
  ): Promise<Outcome> {
    const limit = this.definition.reservedConcurrency ?? this.maxInstances + maxWaiting;
    if (this.#stopped || this.#handed + this.#waiting.length >= limit) {
      this.#counts.throttles += 1;
      return Promise.resolve({ kind: 'throttled' });
    }
    return new Promise((resolve) => {
      const message = `${requestId} ${traceId}\n${payload}`;
      this.#waiting.push({ request: { requestId, message }, finish: resolve });
      this.#dispatch();
    });
  }

  /** Ends every instance. Events that run end as crashes, those that wait are throttled. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#growth);
    for (const { retire } of this.#idle.splice(0)) clearTimeout(retire);
    for (const { finish } of this.#waiting.splice(0)) finish({ kind: 'throttled' });
    await Promise.all([...this.#instances].map((instance) => instance.stop()));
  }

  /** Gives waiting events to idle instances, and sees to it that more start when that was not enough. */
  #dispatch(): void {
    if (this.#stopped) return;
    while (this.#waiting.length > 0) {
      const free = this.#idle.pop();
      if (free === undefined) break;
      clearTimeout(free.retire);
      if (!free.instance.alive) continue;
      const next = this.#waiting.shift();
      if (next !== undefined) this.#run(free.instance, next);
    }
    this.#layReady();
    if (this.#waiting.length > 0 && this.#instances.size === 0) this.#start();
    if (this.#waiting.length > 0 || this.#handed > this.#begun.size)
      this.#growth ??= setTimeout(() => this.#grow(), growMilliseconds);
  }

  /**
   * Lays waiting events ready for the instances that have just begun another one, once no more are to start for them.
   * An instance that goes on at once, without a word from here, answers a tenth more events.
   */
  #layReady(): void {
    if (this.#instances.size < this.#most() || this.#starting.size > 0) return;
    const now = performance.now();
    for (const [instance, begun] of this.#begun) {
      const [next] = this.#waiting;
      if (next === undefined) return;
      if (now - begun > growMilliseconds || !instance.takes(next.request)) continue;
      this.#waiting.shift();
      this.#run(instance, next);
    }
  }

  /** How many instances are worth it, so many of which run an event that takes long. */
  #most(long = 0): number {
    return Math.min(busyInstances + long, this.maxInstances);
  }

  /** Starts instances for the events that still wait, and looks again while some do. */
  #grow(): void {
    this.#growth = undefined;
    const now = performance.now();
    for (const [instance, begun] of this.#begun) {
      if (now - begun > growMilliseconds) instance.takeBack(); // what would wait for an event that may take long
    }
    const long = [...this.#begun.values()].filter((begun) => now - begun > longMilliseconds).length;
    const most = this.#most(long);
    while (this.#starting.size < this.#waiting.length && this.#instances.size < most) this.#start();
    this.#dispatch();
  }

  #run(instance: Instance, waiting: Waiting): void {
    this.#handed += 1;
    let started = 0;
    let crash: NodeJS.Timeout | undefined;
    instance.run(waiting.request, {
      begin: () => {
        this.#counts.invocations += 1;
        started = performance.now();
        this.#begun.set(instance, started);
        const crashAfter = this.crashAfter();
        if (crashAfter !== undefined) crash = setTimeout(() => void instance.stop(), crashAfter);
      },
      finish: (outcome) => {
        clearTimeout(crash);
        this.#handed -= 1;
        if (outcome === 'untouched') {
          if (this.#stopped) return waiting.finish({ kind: 'throttled' });
          this.#waiting.unshift(waiting);
          return this.#dispatch();
        }
        this.#counts.lastMilliseconds = performance.now() - started;
        if (outcome.kind === 'error') {
          this.#counts.errors += 1;
          this.#report(outcome.error);
        }
        waiting.finish(outcome);
        if (instance.busy) return this.#dispatch();
        this.#begun.delete(instance);
        this.#release(instance);
      },
    });
  }

  /** Puts an instance among the idle ones, unless it is gone. */
  #release(instance: Instance): void {
    if (this.#stopped || !instance.alive) return;
    const retire = setTimeout(() => void instance.stop(), idleMilliseconds);
    this.#idle.push({ instance, retire });
    this.#dispatch();
  }

  #start(): void {
    const instance = new Instance(this.#options);
    this.#instances.add(instance);
    this.#starting.add(instance);
    void instance.ready.then((error) => {
      this.#starting.delete(instance);
      if (error === undefined) return this.#release(instance);
      // The event that would have run there gets the error, so that a function that cannot start answers at all.
      this.#report(error);
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#counts.invocations += 1;
      this.#counts.errors += 1;
      next.finish({ kind: 'error', error });
    });
    void instance.gone.then(() => {
      this.#instances.delete(instance);
      const index = this.#idle.findIndex((each) => each.instance === instance);
      if (index >= 0) clearTimeout(this.#idle.splice(index, 1)[0]?.retire);
      this.#dispatch();
    });
  }

  #report({ errorType, errorMessage, stackTrace = [] }: FunctionError): void {
    if (this.#stopped) return; // whoever ended the function knows
    this.#options.onLine([`ERROR ${errorType}: ${errorMessage}`, ...stackTrace].join('\n    '));
  }
}

export const newTraceId = (): string => {
  const hex = Buffer.from(systemRandom.bytes(12)).toString('hex');
  return `Root=1-${Math.floor(Date.now() / 1_000).toString(16)}-${hex}`;
};
