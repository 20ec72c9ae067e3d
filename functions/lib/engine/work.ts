import type { Clock } from '../ports.ts';
import { type Computation, isActive } from './computation.ts';
import { broken, KernelException, refused, tooOld, UnknownWorkError } from './errors.ts';
import { KernelRefusal } from './kernel.ts';
import { kernelCaller } from './kernel-call.ts';
import { MAX_KERNEL_ATTEMPTS } from './limits.ts';
import { decodeMessage, type WorkMessage } from './message.ts';
import { fail } from './outcome.ts';
import { compute, recordFor, split } from './parallel.ts';
import type { Delivery, WorkerEngine } from './ports.ts';
import { advance } from './sequential.ts';
import { isInTree, isRoot, partsBelow } from './tree.ts';

/** How long a worker may go on with a computation's record that it has read before. */
const REUSE_MS = 1_000;

/** How many records a worker remembers, at some 3 KB each. */
const MAX_RECENT = 100;

/**
 * What one instance of the worker does with a message: split, compute or go on with a sequence, then report.
 * Every step can be repeated. The message may be deleted only when the returned promise is fulfilled.
 *
 * @throws {KernelException} when a kernel threw for the first or second time
 * @throws {UnknownWorkError} when this version does not know the format, the type or its version
 * @throws whatever the store or the queue reject with: trouble of the infrastructure
 */
export const createWorker = <Context>(engine: WorkerEngine<Context>) => {
  const recent = recentComputations(engine.clock);

  /** The computation that the message belongs to, and the node's record that its step looks at. */
  const look = async (message: WorkMessage) => {
    const node = message.kind === 'node' ? recordFor(message) : undefined;
    const nodes = node === undefined ? [] : [node];
    const known = recent.get(message);
    if (known !== undefined && node === undefined) return { computation: known, record: undefined };
    const glance = await engine.store.readEventual(message, nodes, { computation: known === undefined });
    let computation = known ?? glance.computation;
    // The glance may be older than the message. Only a strongly consistent read can say that a message is stale.
    if (computation?.epoch !== message.epoch || computation.attempt < message.attempt) {
      computation = await engine.store.read(message);
    }
    if (computation !== undefined && known === undefined) recent.set(computation);
    return { computation, record: glance.nodes[0] };
  };

  return async (body: string, delivery: Delivery): Promise<void> => {
    const message = decodeMessage(body);
    if (message === undefined) return engine.observe({ event: 'discarded', reason: 'unreadable' });
    const discard = (reason: string) => engine.observe({ event: 'discarded', reason, id: message.id });

    const { computation, record } = await look(message);
    if (computation === undefined) return discard('no such computation');
    if (computation.epoch !== message.epoch) return discard('of another life');
    if (computation.attempt !== message.attempt) return discard('of another attempt');
    if (!isActive(computation)) return discard(`computation ${computation.status}`);
    if (engine.clock.now() > computation.deadline) return fail(engine, computation, tooOld());

    const kernel = engine.findKernel(computation.type, computation.version);
    if (kernel === undefined || kernel.kind !== computation.kind) {
      throw new UnknownWorkError(`${computation.type} version ${computation.version}`);
    }
    const starts = message.kind === 'sequence' || isRoot(message, message.parts);
    if (starts && computation.status === 'queued') {
      const startedAt = engine.clock.now();
      await engine.store.start(computation, computation.attempt, startedAt);
      recent.update({ ...computation, status: 'running', startedAt });
    }
    const callKernel = kernelCaller(message.tenant, engine.contextFor);
    try {
      if (kernel.kind === 'sequential') {
        if (message.kind !== 'sequence') return discard('not of this kind');
        await advance({ engine, computation, kernel, callKernel }, message, delivery);
      } else {
        // Stryker disable next-line ConditionalExpression: for the type; what has no parts does not fit below either
        if (message.kind !== 'node') return discard('not of this kind');
        if (message.parts !== computation.total) return discard('not of this kind');
        if (!isInTree(message, message.parts)) return discard('not in the tree');
        const { level, index, parts } = message;
        const node = { level, index };
        const step = { engine, computation, kernel, callKernel };
        if (partsBelow(node, parts) === 1) await compute(step, node, record);
        else await split(step, node, record ?? { slots: [] });
      }
    } catch (error) {
      if (error instanceof KernelRefusal) return fail(engine, computation, refused(error.message));
      if (error instanceof KernelException && delivery.receiveCount >= MAX_KERNEL_ATTEMPTS) {
        return fail(engine, computation, broken(error.cause));
      }
      throw error;
    }
  };
};

/**
 * The computations that an instance has just worked on. Reusing one for up to a second saves a read a part; all
 * that it can cost is a part computed up to a second after a cancel.
 */
const recentComputations = (clock: Clock) => {
  const entries = new Map<string, { readonly computation: Computation; readonly readAt: number }>();
  const nameOf = ({ tenant, id }: { tenant: string; id: string }) => `${tenant}/${id}`;
  return {
    get(message: WorkMessage): Computation | undefined {
      const entry = entries.get(nameOf(message));
      if (entry === undefined || clock.now() - entry.readAt > REUSE_MS) return undefined;
      const { computation } = entry;
      return computation.epoch === message.epoch && computation.attempt === message.attempt
        ? computation
        : undefined;
    },
    set(computation: Computation): void {
      const name = nameOf(computation);
      entries.delete(name);
      entries.set(name, { computation, readAt: clock.now() });
      for (const oldest of [...entries.keys()].slice(0, -MAX_RECENT)) entries.delete(oldest);
    },
    /** What has been read is known to have changed; its age stays. */
    update(computation: Computation): void {
      const entry = entries.get(nameOf(computation));
      // Stryker disable next-line ConditionalExpression: for the type; what changed has just been read
      if (entry !== undefined) entries.set(nameOf(computation), { ...entry, computation });
    },
  };
};
