import type { ActiveComputation, Json } from './computation.ts';
import type { AnyParallelKernel } from './kernel.ts';
import { type CallKernel, checkPartial, checkResult } from './kernel-call.ts';
import type { NodeMessage } from './message.ts';
import { succeed } from './outcome.ts';
import type { Engine, NodeRecord, WithLimits } from './ports.ts';
import { nodeExpiry } from './timing.ts';
import { childrenOf, firstPart, isRoot, type Node, parentOf, partsBelow, slotOf } from './tree.ts';

/** What a step on a node works with. */
interface Work<Context> {
  readonly engine: Engine & WithLimits<'retentionMs' | 'maxAgeMs'>;
  readonly computation: ActiveComputation;
  readonly kernel: AnyParallelKernel<Context>;
  readonly callKernel: CallKernel<Context>;
}

/**
 * A node of more than one part: sends a message for each child whose slot is still empty. When none is, somebody
 * filled the last one and may have crashed before reporting it, so this reports instead. Repeating it is safe.
 */
export const splitNode = async <Context>(
  work: Work<Context>,
  node: Node,
  record: NodeRecord,
): Promise<void> => {
  const { engine, computation } = work;
  const { tenant, id, epoch, attempt, total: parts } = computation;
  const empty = childrenOf(node, parts).filter((_, slot) => record.slots[slot] === undefined);
  if (empty.length === 0) return reportUp(work, node, record);
  await engine.queue.send(
    empty.map(
      (child) => ({ kind: 'node', tenant, id, epoch, attempt, parts, ...child }) satisfies NodeMessage,
    ),
  );
  engine.observe({ event: 'split', id, sent: empty.length });
};

/** A node of one part: computes it, unless its parent already has its value, and reports. */
export const computePart = async <Context>(
  work: Work<Context>,
  node: Node,
  parentRecord: NodeRecord | undefined,
): Promise<void> => {
  if (parentRecord?.slots[slotOf(node)] !== undefined) {
    // A version of the record that has the last slot that was filled has them all: whoever filled it goes on here.
    return reportUp(work, parentOf(node), parentRecord);
  }
  const { engine, computation, kernel, callKernel } = work;
  const { id, input } = computation;
  const value = await callKernel((context) => kernel.compute(input, firstPart(node), context));
  engine.observe({ event: 'computed', id });
  await report(work, node, value);
};

/**
 * Hands a node's value to its parent, in one conditional write; the record that comes back, whether the write
 * filled the slot or found it filled, says if the parent is complete and goes up in turn. The root's value is
 * the result.
 */
const report = async <Context>(work: Work<Context>, node: Node, value: unknown): Promise<void> => {
  const { engine, computation, kernel, callKernel } = work;
  const { input, total: parts } = computation;
  if (isRoot(node, parts)) {
    const result = await callKernel(() => checkResult(kernel.finish(value, input) as Json));
    return succeed(engine, computation, result, parts);
  }
  const bytes = await callKernel(() => checkPartial(kernel.partial.encode(value)));
  const parent = parentOf(node);
  const record = await engine.store.fillSlot(computation, parent, slotOf(node), bytes, nodeExpiry(engine));
  await reportUp(work, parent, record);
};

/** Folds a complete node, left to right as its slots are numbered, and reports its value; else leaves it. */
const reportUp = async <Context>(work: Work<Context>, node: Node, record: NodeRecord): Promise<void> => {
  const { computation, kernel, callKernel } = work;
  const slots = childrenOf(node, computation.total).map((_, slot) => record.slots[slot]);
  const filled = slots.filter((slot) => slot !== undefined);
  if (filled.length < slots.length) return;
  const value = await callKernel(() =>
    filled
      .map((bytes) => kernel.partial.decode(bytes))
      .reduce((left, right) => kernel.combine(left, right, computation.input)),
  );
  await report(work, node, value);
};

/** The record that a step on this node looks at: its own to split, its parent's to compute, none at a lone root. */
export const nodeToRead = ({ parts, level, index }: NodeMessage): Node | undefined => {
  const node = { level, index };
  if (partsBelow(node, parts) > 1) return node;
  return isRoot(node, parts) ? undefined : parentOf(node);
};
