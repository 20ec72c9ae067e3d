import type { Computation } from '../../functions/lib/engine/computation.ts';
import type { Kernel, ParallelKernel } from '../../functions/lib/engine/kernel.ts';
import type { ContextFor } from '../../functions/lib/engine/kernel-call.ts';
import type { EngineEvent, Limits, WithLimits, WorkerEngine } from '../../functions/lib/engine/ports.ts';
import { submit } from '../../functions/lib/engine/submit.ts';
import { childrenOf, firstPart, type Node, partsBelow, rootOf } from '../../functions/lib/engine/tree.ts';
import { createWorker } from '../../functions/lib/engine/worker.ts';
import type { Random } from '../../functions/lib/ports.ts';
import { MemoryQueue, MemoryStore } from './memory.ts';

/** A clock that a test drives. */
export class ManualClock {
  #now: number;
  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }
  now(): number {
    return this.#now;
  }
  advance(ms: number): void {
    this.#now += ms;
  }
}

/** Bits that are the same in every run, and never twice the same in one. */
export const countingRandom = (): Random => {
  let count = 0;
  return {
    bytes: (length) => {
      count += 1;
      const bytes = new Uint8Array(length);
      new DataView(bytes.buffer).setUint32(0, count);
      return bytes;
    },
  };
};

/** The reference for every tree: the same tree, folded in one process. */
export const foldTree = async <Input, Output, Context>(
  // biome-ignore lint/suspicious/noExplicitAny: partial results are opaque here as they are in the engine
  kernel: ParallelKernel<Input, any, Output, Context>,
  input: Input,
  ...[context]: unknown extends Context ? [] : [Context]
): Promise<Output> => {
  const parts = kernel.parts(input);
  const value = async (node: Node): Promise<unknown> => {
    if (partsBelow(node, parts) === 1)
      return await kernel.compute(input, firstPart(node), context as Context);
    const [first, ...others] = childrenOf(node, parts);
    if (first === undefined) throw new Error('a node of more than one part has children');
    let folded = await value(first);
    for (const child of others) folded = kernel.combine(folded, await value(child), input);
    return folded;
  };
  return kernel.finish(await value(rootOf(parts)), input);
};

/** An engine on memory, its queue and clock in the test's hands. */
export const memoryEngine = (kernels: readonly Kernel<unknown>[]) =>
  memoryEngineWith(kernels, () => undefined);

/** The same for kernels that are given a context. */
export const memoryEngineWith = <Context>(
  kernels: readonly Kernel<Context>[],
  contextFor: ContextFor<Context>,
) => {
  const store = new MemoryStore();
  const queue = new MemoryQueue();
  const clock = new ManualClock();
  const events: EngineEvent[] = [];
  const engine: WorkerEngine<Context> & WithLimits<keyof Limits> = {
    store,
    queue,
    clock,
    random: countingRandom(),
    findKernel: (type, version) =>
      kernels.find((kernel) => kernel.name === type && (version ?? kernel.version) === kernel.version),
    problemType: (name) => `urn:test:${name}`,
    contextFor,
    observe: (event) => events.push(event),
    limits: {
      retentionMs: 14 * 86_400_000,
      maxAgeMs: 86_400_000,
      sweepAfterMs: 60_000,
      checkpointMs: 10_000,
    },
  };
  const work = createWorker(engine);
  const deliver = (body: string, receiveCount = 1) => work(body, { receiveCount, remainingMs: () => 60_000 });
  return {
    ...engine,
    store,
    queue,
    clock,
    events,
    deliver,
    /** Delivers what the queue holds, in the order that `pick` gives, until nothing is left. */
    async drain(pick: (length: number) => number = () => 0): Promise<void> {
      while (queue.bodies.length > 0) {
        const [body] = queue.bodies.splice(pick(queue.bodies.length), 1);
        if (body !== undefined) await deliver(body);
      }
    },
    /** Submits work, which is accepted as a new computation. */
    async accept(kernel: Kernel<Context>, input: unknown): Promise<Computation> {
      const submitted = await submit(engine, {
        tenant: 'tenant',
        type: kernel.name,
        version: kernel.version,
        input: input as never,
        kind: kernel.kind,
        total:
          kernel.kind === 'parallel'
            ? kernel.parts(input)
            : kernel.progress(kernel.start(input), input).total,
        identity: { by: 'fresh' },
      });
      if (submitted.outcome !== 'accepted') throw new Error(submitted.outcome);
      return submitted.computation;
    },
    /** Takes the first message out of the queue, or the one for this part. */
    take(part?: number): string {
      const isWanted = (body: string) => {
        const { level, index } = JSON.parse(body);
        return part === undefined || (level === 0 && index === part);
      };
      const [body] = queue.bodies.splice(queue.bodies.findIndex(isWanted), 1);
      if (body === undefined || !isWanted(body)) throw new Error('There is no such message.');
      return body;
    },
    count: (name: EngineEvent['event']) => events.filter(({ event }) => event === name).length,
  };
};
