import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { type AsyncInvocations, asyncInvocations } from './async-invocations.ts';
import type { FunctionIdentity } from './definition.ts';
import { Instance, type InstanceOptions, type Invocation } from './instance.ts';
import type { FunctionError, Outcome } from './outcome.ts';
import { newTraceId } from './trace-id.ts';

export interface FunctionOptions extends InstanceOptions {
  /** Asked before each event: milliseconds after which its instance is killed; undefined: it is not. */
  readonly killAfter: () => number | undefined;
}

/** Instances at most, where neither a reserved concurrency nor the function's mappings say more. */
const defaultMaxInstances = 10;
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
  readonly invocation: Invocation;
  finish(outcome: Outcome): void;
}

/**
 * A Lambda function: instances that start when they are needed, run one event at a time, are used again while warm
 * and go when idle. An event beyond the reserved concurrency is throttled at once, as on AWS. Without a reserved
 * concurrency AWS would start an instance for each; here events beyond `maxInstances` wait for their turn.
 */
export class LambdaFunction implements FunctionIdentity {
  readonly logicalId: string;
  readonly name: string;
  readonly label: string;
  readonly counts: Readonly<Counts>;
  readonly #options: FunctionOptions;
  readonly #counts: Counts = { invocations: 0, errors: 0, throttles: 0, lastMilliseconds: undefined };
  readonly #async: AsyncInvocations;
  readonly #waiting: Waiting[] = [];
  readonly #instances = new Set<Instance>();
  readonly #starting = new Set<Instance>();
  /** The one that worked last is at the end and works next, so that the others can go. */
  readonly #idle: { readonly instance: Instance; readonly retire: NodeJS.Timeout }[] = [];
  /** When the event of each instance that runs one has begun. */
  readonly #begun = new Map<Instance, number>();
  #mappedConcurrency = 0;
  #growth: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: FunctionOptions) {
    const { logicalId, name, label, retryAttempts } = options.definition;
    this.logicalId = logicalId;
    this.name = name;
    this.label = label;
    this.#options = options;
    this.counts = this.#counts;
    this.#async = asyncInvocations((payload) => this.invoke(payload), retryAttempts);
  }

  /** How many instances there are now. */
  get instances(): number {
    return this.#instances.size;
  }

  /** How many events run now. */
  get running(): number {
    return this.#begun.size;
  }

  /** How many instances there are at most. */
  get maxInstances(): number {
    const { reservedConcurrency } = this.#options.definition;
    return reservedConcurrency ?? Math.max(defaultMaxInstances, this.#mappedConcurrency);
  }

  /** Makes room for the invocations of one more mapping. */
  expectConcurrency(maximum: number): void {
    this.#mappedConcurrency += maximum;
  }

  /** Runs one event, given as JSON in one line. Never rejects. */
  invoke(
    payload: string,
    { requestId = randomUUID() as string, traceId = newTraceId() } = {},
  ): Promise<Outcome> {
    const { reservedConcurrency } = this.#options.definition;
    const limit = reservedConcurrency ?? this.maxInstances + maxWaiting;
    if (this.#stopped || this.#begun.size + this.#waiting.length >= limit) {
      this.#counts.throttles += 1;
      return Promise.resolve({ kind: 'throttled' });
    }
    return new Promise((resolve) => {
      this.#waiting.push({ invocation: { requestId, traceId, payload }, finish: resolve });
      this.#dispatch();
    });
  }

  /** Runs one event for whose outcome nobody waits. One that fails is repeated as often as the function says. */
  invokeAsync(payload: string): void {
    this.#async.invoke(payload);
  }

  /** Ends every instance. Events that run end as crashes, those that wait are throttled. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#async.stop();
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
    if (this.#waiting.length === 0) return;
    if (this.#instances.size === 0) this.#start();
    this.#growth ??= setTimeout(() => this.#grow(), growMilliseconds);
  }

  /** Starts instances for the events that still wait, and looks again while some do. */
  #grow(): void {
    this.#growth = undefined;
    const now = performance.now();
    const long = [...this.#begun.values()].filter((begun) => now - begun > longMilliseconds).length;
    const limit = Math.min(busyInstances + long, this.maxInstances);
    while (this.#starting.size < this.#waiting.length && this.#instances.size < limit) this.#start();
    this.#dispatch();
  }

  #run(instance: Instance, { invocation, finish }: Waiting): void {
    const begun = performance.now();
    this.#begun.set(instance, begun);
    this.#counts.invocations += 1;
    const killAfter = this.#options.killAfter();
    const kill = killAfter === undefined ? undefined : setTimeout(() => void instance.stop(), killAfter);
    instance.run(invocation, (outcome) => {
      clearTimeout(kill);
      this.#begun.delete(instance);
      this.#counts.lastMilliseconds = performance.now() - begun;
      if (outcome.kind === 'error') {
        this.#counts.errors += 1;
        this.#report(outcome.error);
      }
      finish(outcome);
    });
  }

  /** Puts an instance that asks for its next invocation among the idle ones. */
  #release(instance: Instance): void {
    this.#starting.delete(instance);
    if (this.#stopped || !instance.alive) return;
    const retire = setTimeout(() => void instance.stop(), idleMilliseconds);
    this.#idle.push({ instance, retire });
    this.#dispatch();
  }

  #start(): void {
    const instance = new Instance(this.#options, (next) => this.#release(next));
    this.#instances.add(instance);
    this.#starting.add(instance);
    void instance.initialized.then((error) => {
      this.#starting.delete(instance);
      if (error === undefined) return;
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
