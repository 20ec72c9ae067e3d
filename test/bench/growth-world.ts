import { type Kernel, parallel } from '../../functions/lib/engine/kernel.ts';
import { encodeMessage, type NodeMessage } from '../../functions/lib/engine/message.ts';
import type { ComputationStore, Limits, WithLimits, WorkerEngine } from '../../functions/lib/engine/ports.ts';
import { submit } from '../../functions/lib/engine/submit.ts';
import { rootOf } from '../../functions/lib/engine/tree.ts';
import { createWorker } from '../../functions/lib/engine/worker.ts';
import { integer } from '../../functions/lib/kernel/codecs.ts';
import { Scheduler } from '../simulation/world/scheduler.ts';
import { countingRandom } from '../support/engine.ts';
import { MemoryStore } from '../support/memory.ts';

/** Milliseconds, of the order that AWS shows. */
export const LATENCY = { dynamodb: 5, sqs: 10, coldStart: 300, part: 1_000 } as const;

/** How an event source mapping adds workers: so many at once, so many more a minute, so many at most. */
export const WORKERS = { first: 5, perMinute: 300, most: 1_250 } as const;

const BETWEEN_WORKERS = 60_000 / WORKERS.perMinute;
const START = Date.UTC(2026, 0, 1);

/** Adds up its parts, so that the result says whether each was counted once. */
const counting = (wait: (ms: number) => Promise<void>) =>
  parallel<{ parts: number }, number, { count: number }>({
    name: 'counting',
    version: 1,
    description: 'Counts its parts',
    pure: true,
    // Nothing here goes through a schema.
    input: undefined as never,
    output: undefined as never,
    example: { input: { parts: 1 }, output: { count: 1 } },
    parts: ({ parts }) => parts,
    compute: async () => {
      await wait(LATENCY.part);
      return 1;
    },
    combine: (left, right) => left + right,
    finish: (count) => ({ count }),
    partial: integer,
  });

/** Forgets a node when its last slot is full: nothing asks for it again where nothing goes wrong. */
class ForgetfulStore extends MemoryStore {
  override fillSlot: ComputationStore['fillSlot'] = async (ref, node, slot, value) => {
    const key = MemoryStore.node(ref, node);
    const slots = this.nodes.get(key) ?? [];
    slots[slot] ??= value;
    const isFull = slots.length === 10 && !slots.includes(undefined);
    if (isFull) this.nodes.delete(key);
    else this.nodes.set(key, slots);
    return { slots: Array.from({ length: 10 }, (_, at) => slots[at]) };
  };
}

/** Each operation of the store, some milliseconds later. */
const slow = (store: ComputationStore, wait: (ms: number) => Promise<void>): ComputationStore => {
  const late =
    <Arguments extends unknown[], T>(operation: (...args: Arguments) => Promise<T>) =>
    async (...args: Arguments): Promise<T> => {
      await wait(LATENCY.dynamodb);
      return operation(...args);
    };
  const { create, read, start, succeed, readEventual, fillSlot } = store;
  return {
    ...store,
    create: late(create),
    read: late(read),
    start: late(start),
    succeed: late(succeed),
    readEventual: late(readEventual),
    fillSlot: late(fillSlot),
  };
};

/** Numbers, first in first out, in so many bytes as they need. */
class Numbers {
  #values = new Float64Array(1_024);
  #first = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#first;
  }

  push(value: number): void {
    if (this.#end === this.#values.length) {
      const kept = this.#values.subarray(this.#first, this.#end);
      const values = kept.length * 2 > this.#values.length ? new Float64Array(kept.length * 2) : this.#values;
      values.set(kept);
      this.#values = values;
      this.#end = kept.length;
      this.#first = 0;
    }
    this.#values[this.#end] = value;
    this.#end += 1;
  }

  shift(): number {
    const value = this.#values[this.#first] ?? Number.NaN;
    this.#first += 1;
    return value;
  }
}

/** More than any level has nodes. */
const LEVEL = 2 ** 40;

export interface Run {
  /** From the request to the recorded result. */
  readonly seconds: number;
  readonly count: number;
  readonly workers: number;
  readonly messages: number;
}

/**
 * The real engine, in virtual time: a computation of so many parts of a second each, on a mapping whose workers
 * take a message, run, and delete it, one after another, and start cold. Nothing goes wrong.
 */
export const simulate = async (parts: number): Promise<Run> => {
  const scheduler = new Scheduler(START);
  const wait = (ms: number) => new Promise<void>((resolve) => scheduler.after(ms, resolve));
  const store = new ForgetfulStore();
  const kernel: Kernel<unknown> = counting(wait);
  const queue = new Numbers();
  /** What all messages of this computation share; a node is kept as one number. */
  let common: Omit<NodeMessage, 'level' | 'index'> | undefined;
  let messages = 0;

  const engine: WorkerEngine & WithLimits<keyof Limits> = {
    store: slow(store, wait),
    queue: {
      send: async (sent) => {
        await wait(LATENCY.sqs);
        for (const message of sent) {
          if (message.kind !== 'node') throw new Error('a tree has nodes');
          const { level, index, ...rest } = message;
          common = rest;
          messages += 1;
          queue.push(level * LEVEL + index);
        }
        wake();
      },
    },
    clock: { now: () => Math.floor(scheduler.now) },
    random: countingRandom(),
    findKernel: () => kernel,
    problemType: (name) => name,
    contextFor: () => undefined,
    observe: () => {},
    limits: { retentionMs: 86_400_000, maxAgeMs: 86_400_000, sweepAfterMs: 3_600_000, checkpointMs: 10_000 },
  };

  /** Workers that wait for a message, the one that worked last at the end. */
  const idle: (() => void)[] = [];
  let workers = 0;
  const wake = () => {
    for (let waiting = Math.min(queue.length, idle.length); waiting > 0; waiting -= 1) idle.pop()?.();
  };
  const addWorker = () => {
    workers += 1;
    void runWorker(createWorker(engine));
  };
  const runWorker = async (work: ReturnType<typeof createWorker>): Promise<never> => {
    let isCold = true;
    for (;;) {
      while (queue.length === 0) await new Promise<void>((resolve) => idle.push(resolve));
      const node = queue.shift();
      const level = Math.floor(node / LEVEL);
      if (common === undefined) throw new Error('a message was sent');
      const body = encodeMessage({ ...common, level, index: node - level * LEVEL });
      await wait(LATENCY.sqs);
      if (isCold) await wait(LATENCY.coldStart);
      isCold = false;
      await work(body, { receiveCount: 1, remainingMs: () => 60_000 });
      await wait(LATENCY.sqs);
    }
  };
  for (let n = 0; n < WORKERS.first; n += 1) addWorker();
  const grow = () => {
    if (workers >= WORKERS.most) return;
    addWorker();
    scheduler.after(BETWEEN_WORKERS, grow);
  };
  scheduler.after(BETWEEN_WORKERS, grow);

  const submitted = submit(engine, {
    tenant: 'tenant',
    type: kernel.name,
    version: kernel.version,
    input: { parts },
    kind: 'parallel',
    total: parts,
    identity: { by: 'fresh' },
  });
  const computation = () => [...store.computations.values()][0];
  await scheduler.run(Number.MAX_SAFE_INTEGER, () => computation()?.status === 'succeeded');
  await submitted;
  const done = computation();
  if (done?.status !== 'succeeded') throw new Error(`it is ${done?.status}`);
  const { count } = done.result as { count: number };
  return { seconds: (scheduler.now - START) / 1_000, count, workers, messages };
};

/**
 * Work ÷ workers available, in seconds: when the workers that there are at each moment could have done the work, if
 * it were divided as finely as one likes and nothing else took time. They are `first` + rate × t until there are
 * `most`.
 */
export const fluidLimit = (parts: number): number => {
  const work = (parts * LATENCY.part) / 1_000;
  const { first, most } = WORKERS;
  const rate = WORKERS.perMinute / 60;
  const grown = (most - first) / rate;
  const done = first * grown + (rate * grown ** 2) / 2;
  return work <= done
    ? (Math.sqrt(first ** 2 + 2 * rate * work) - first) / rate
    : grown + (work - done) / most;
};

/**
 * The same for parts that cannot be divided, in seconds: the first moment at which the workers, each busy from the
 * moment when it came, have done so many whole parts.
 */
export const bound = (parts: number): number => {
  const came = Array.from(
    { length: WORKERS.most },
    (_, n) => Math.max(0, n - WORKERS.first + 1) * BETWEEN_WORKERS,
  );
  const done = (ms: number) =>
    came.reduce((sum, at) => sum + Math.max(0, Math.floor((ms - at) / LATENCY.part)), 0);
  // Parts end only when a multiple of the time between two workers has passed.
  let [tooSoon, enough] = [0, Math.ceil(((parts + WORKERS.most) * LATENCY.part) / BETWEEN_WORKERS)];
  while (enough - tooSoon > 1) {
    const middle = Math.floor((tooSoon + enough) / 2);
    if (done(middle * BETWEEN_WORKERS) >= parts) enough = middle;
    else tooSoon = middle;
  }
  return (enough * BETWEEN_WORKERS) / 1_000;
};

/** Below how many seconds a computation should stay: a tenth above the bound, and a term that grows with the logarithm. */
export const target = (parts: number): number =>
  1.1 * bound(parts) + (HOP_MS / 1_000) * (rootOf(parts).level + 1);

/** What a level of the tree adds at most: its message is sent and received, its worker starts cold, reads and reports. */
const HOP_MS = 2 * LATENCY.sqs + LATENCY.coldStart + 2 * LATENCY.dynamodb;
