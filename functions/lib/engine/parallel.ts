import type { ActiveComputation, Json } from './computation.ts';
import type { ParallelKernel } from './kernel.ts';
import { callKernel, checkResult, checkSlot } from './kernel-call.ts';
import type { NodeMessage } from './message.ts';
import { succeed } from './outcome.ts';
import type { NodeRecord, WorkerEngine } from './ports.ts';
import { nodeExpiry } from './timing.ts';
import { childrenOf, firstPart, isRoot, type Node, parentOf, partsBelow, slotOf } from './tree.ts';

// biome-ignore lint/suspicious/noExplicitAny: partial results are opaque here; only their own kernel opens them
type AnyParallelKernel = ParallelKernel<any, any, any>;

/**
 * A node of more than one part: sends a message for each child whose slot is still empty. When none is, somebody
 * filled the last one and may have crashed before reporting it, so this reports instead. Repeating it is safe.
 */
export const split = async (
  engine: WorkerEngine,
  computation: ActiveComputation,
  kernel: AnyParallelKernel,
  node: Node,
  record: NodeRecord,
): Promise<void> => {
  const { tenant, id, epoch, attempt, total: parts } = computation;
  const empty = childrenOf(node, parts).filter((_, slot) => record.slots[slot] === undefined);
  if (empty.length === 0) return reportUp(engine, computation, kernel, node, record);
  await engine.queue.send(
    empty.map(
      (child) => ({ kind: 'node', tenant, id, epoch, attempt, parts, ...child }) satisfies NodeMessage,
    ),
  );
  engine.observe({ event: 'split', id, sent: empty.length });
};

/** A node of one part: computes it, unless its parent already has its value, and reports. */
export const compute = async (
  engine: WorkerEngine,
  computation: ActiveComputation,
  kernel: AnyParallelKernel,
  node: Node,
  parentRecord: NodeRecord | undefined,
): Promise<void> => {
  if (parentRecord?.slots[slotOf(node)] !== undefined) {
    // A version of the record that has the last slot that was filled has them all: whoever filled it goes on here.
    return reportUp(engine, computation, kernel, parentOf(node), parentRecord);
  }
  const { id, input } = computation;
  const value = await callKernel(() => kernel.compute(input, firstPart(node)));
  engine.observe({ event: 'computed', id });
  await report(engine, computation, kernel, node, value);
};

/**
 * Hands a node's value to its parent, in one conditional write; the record that comes back, whether the write
 * filled the slot or found it filled, says if the parent is complete and goes up in turn. The root's value is
 * the result.
 */
const report = async (
  engine: WorkerEngine,
  computation: ActiveComputation,
  kernel: AnyParallelKernel,
  node: Node,
  value: unknown,
): Promise<void> => {
  const { input, total: parts } = computation;
  if (isRoot(node, parts)) {
    const result = await callKernel(() => checkResult(kernel.finish(value, input) as Json));
    return succeed(engine, computation, result, parts);
  }
  const bytes = await callKernel(() => checkSlot(kernel.partial.encode(value)));
  const parent = parentOf(node);
  const record = await engine.store.fillSlot(computation, parent, slotOf(node), bytes, nodeExpiry(engine));
  await reportUp(engine, computation, kernel, parent, record);
};

/** Folds a complete node, left to right as its slots are numbered, and reports its value; else leaves it. */
const reportUp = async (
  engine: WorkerEngine,
  computation: ActiveComputation,
  kernel: AnyParallelKernel,
  node: Node,
  record: NodeRecord,
): Promise<void> => {
  const slots = childrenOf(node, computation.total).map((_, slot) => record.slots[slot]);
  const filled = slots.filter((slot) => slot !== undefined);
  if (filled.length < slots.length) return;
  const value = await callKernel(() =>
    filled
      .map((bytes) => kernel.partial.decode(bytes))
      .reduce((left, right) => kernel.combine(left, right, computation.input)),
  );
  await report(engine, computation, kernel, node, value);
};

/** The record that a step on this node looks at: its own to split, its parent's to compute, none at a lone root. */
export const recordFor = ({ parts, level, index }: NodeMessage): Node | undefined => {
  const node = { level, index };
  if (partsBelow(node, parts) > 1) return node;
  return isRoot(node, parts) ? undefined : parentOf(node);
};
