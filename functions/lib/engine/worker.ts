import { BoundedMap } from '../bounded-map.ts';
import type { Clock } from '../ports.ts';
import { type ActiveComputation, type Computation, type ComputationKey, isActive } from './computation.ts';
import { KernelException, UnknownWorkError } from './errors.ts';
import { deadlineExceeded, inputRefused, kernelFailed } from './failure.ts';
import { type Kernel, KernelRefusal } from './kernel.ts';
import { kernelCaller } from './kernel-call.ts';
import { MAX_KERNEL_ATTEMPTS } from './limits.ts';
import { decodeMessage, type WorkMessage } from './message.ts';
import { fail } from './outcome.ts';
import { computePart, nodeToRead, splitNode } from './parallel.ts';
import type { Delivery, NodeRecord, WorkerEngine } from './ports.ts';
import { runSequence } from './sequential.ts';
import { isInTree, isRoot, partsBelow } from './tree.ts';

/**
 * How old a record may be that a worker goes on with instead of reading it again. Saves a read a part; the price is a
 * part that is computed up to a second after a cancel.
 */
const MAX_RECORD_AGE_MS = 1_000;

/** How many records a worker keeps, at some 3 KB each. */
const MAX_RECORDS = 100;

/** What a step looks at before it works. */
interface Found {
  readonly computation: Computation | undefined;
  /** The record of the node that the step needs; undefined where it needs none. */
  readonly record: NodeRecord | undefined;
}

/** A message whose computation is active, and with which this version can work. */
interface Job<Context> {
  readonly message: WorkMessage;
  readonly computation: ActiveComputation;
  readonly kernel: Kernel<Context>;
  readonly record: NodeRecord | undefined;
}

/**
 * One instance of the worker: a function that splits a node, computes a part or goes on with a sequence, as the message
 * says, and reports. Every step can be repeated. The message may be deleted only when the returned promise is fulfilled.
 *
 * @throws {KernelException} when a kernel threw for the first or second time
 * @throws {UnknownWorkError} when this version does not know the format, the type or its version
 * @throws whatever the store or the queue reject with: trouble of the infrastructure
 */
export const createWorker = <Context>(engine: WorkerEngine<Context>) => {
  const records = recentRecords(engine.clock);
  return async (body: string, delivery: Delivery): Promise<void> => {
    const message = decodeMessage(body);
    if (message === undefined) return engine.observe({ event: 'discarded', reason: 'unreadable' });
    const discard = (reason: string) => engine.observe({ event: 'discarded', reason, id: message.id });

    const { computation, record } = await findWork(engine, records, message);
    if (computation === undefined) return discard('no such computation');
    if (computation.epoch !== message.epoch) return discard('another epoch');
    if (computation.attempt !== message.attempt) return discard('another attempt');
    if (!isActive(computation)) return discard(`computation ${computation.status}`);
    if (engine.clock.now() > computation.deadline) return fail(engine, computation, deadlineExceeded());

    const kernel = engine.findKernel(computation.type, computation.version);
    if (kernel === undefined || kernel.kind !== computation.kind) {
      throw new UnknownWorkError(`${computation.type} version ${computation.version}`);
    }
    await startIfQueued(engine, records, message, computation);
    try {
      await doStep(engine, { message, computation, kernel, record }, delivery);
    } catch (error) {
      if (error instanceof KernelRefusal) return fail(engine, computation, inputRefused(error.message));
      if (error instanceof KernelException && delivery.receiveCount >= MAX_KERNEL_ATTEMPTS) {
        return fail(engine, computation, kernelFailed(error.cause));
      }
      throw error;
    }
  };
};

/** The computation that the message belongs to, and the record that its step looks at: one request, often none. */
const findWork = async (
  { store }: Pick<WorkerEngine, 'store'>,
  records: RecentRecords,
  message: WorkMessage,
): Promise<Found> => {
  const node = message.kind === 'node' ? nodeToRead(message) : undefined;
  const known = records.get(message);
  if (known !== undefined && node === undefined) return { computation: known, record: undefined };
  const read = await store.readEventual(message, node === undefined ? [] : [node], {
    computation: known === undefined,
  });
  let computation = known ?? read.computation;
  // An eventually consistent read may be older than the message. Only a strongly consistent one can say that the
  // message is out of date.
  if (computation?.epoch !== message.epoch || computation.attempt < message.attempt) {
    computation = await store.read(message);
  }
  if (computation !== undefined && known === undefined) records.set(computation);
  return { computation, record: read.nodes[0] };
};

/** Whoever works on the first message of a queued computation records that it runs. */
const startIfQueued = async (
  { store, clock }: Pick<WorkerEngine, 'store' | 'clock'>,
  records: RecentRecords,
  message: WorkMessage,
  computation: ActiveComputation,
): Promise<void> => {
  const isFirst = message.kind === 'sequence' || isRoot(message, message.parts);
  if (!isFirst || computation.status !== 'queued') return;
  const startedAt = clock.now();
  await store.start(computation, computation.attempt, startedAt);
  records.replace({ ...computation, status: 'running', startedAt });
};

/** Splits, computes or goes on, as the message says, if the message fits the computation. */
const doStep = async <Context>(
  engine: WorkerEngine<Context>,
  { message, computation, kernel, record }: Job<Context>,
  delivery: Delivery,
): Promise<void> => {
  const discard = (reason: string) => engine.observe({ event: 'discarded', reason, id: message.id });
  const callKernel = kernelCaller(message.tenant, engine.contextFor);
  if (kernel.kind === 'sequential') {
    if (message.kind !== 'sequence') return discard('another kind of work');
    return runSequence({ engine, computation, kernel, callKernel }, message, delivery);
  }
  // Stryker disable next-line ConditionalExpression: for the type; what has no parts does not fit below either
  if (message.kind !== 'node') return discard('another kind of work');
  const { level, index, parts } = message;
  if (parts !== computation.total) return discard('another number of parts');
  if (!isInTree(message, parts)) return discard('not in the tree');
  const step = { engine, computation, kernel, callKernel };
  return partsBelow(message, parts) === 1
    ? computePart(step, { level, index }, record)
    : splitNode(step, { level, index }, record ?? { slots: [] });
};

type RecentRecords = ReturnType<typeof recentRecords>;

/** The computations that an instance has just worked on. */
const recentRecords = (clock: Clock) => {
  const map = new BoundedMap<string, Computation>({
    maxEntries: MAX_RECORDS,
    age: { maxMs: MAX_RECORD_AGE_MS, clock },
  });
  const nameOf = ({ tenant, id }: ComputationKey) => `${tenant}/${id}`;
  return {
    /** What is known of the very attempt that the message belongs to. */
    get(message: WorkMessage): Computation | undefined {
      const found = map.get(nameOf(message));
      return found?.epoch === message.epoch && found.attempt === message.attempt ? found : undefined;
    },
    set: (computation: Computation) => map.set(nameOf(computation), computation),
    /** After a change of this worker's own; the record stays as old as its reading. */
    replace: (computation: Computation) => map.replace(nameOf(computation), computation),
  };
};
