import type { Computation } from './computation.ts';
import type { Engine } from './ports.ts';
import { childrenOf, type Node, partsBelow, rootOf } from './tree.ts';

export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** How many nodes a reading of the progress may cost: the root and its children. */
const MAX_NODES = 11;

/**
 * How far a computation is. Read, not written: from the root's record and those of the unfinished nodes below it,
 * level by level and left to right, eleven at most, which makes steps of about one per cent; for a sequential
 * computation, from its last checkpoint.
 */
export const progressOf = async (
  { store }: Pick<Engine, 'store'>,
  computation: Computation,
): Promise<Progress> => {
  const { kind, total, status } = computation;
  if (status === 'succeeded') return { done: total, total };
  if (kind === 'sequential') {
    const checkpoint = await store.readCheckpoint(computation);
    return { done: checkpoint?.done ?? 0, total: checkpoint?.total ?? total };
  }
  const hasNotBegun = total === 1 || (status === 'queued' && computation.attempt === 1);
  let done = 0;
  let level: Node[] = hasNotBegun ? [] : [rootOf(total)];
  for (let left = MAX_NODES; level.length > 0 && left > 0; ) {
    const nodes = level.slice(0, left);
    left -= nodes.length;
    const records = await store.readNodes(computation, nodes);
    const children = nodes.flatMap((node, at) =>
      childrenOf(node, total).map((child, slot) => ({ child, full: records[at]?.slots[slot] !== undefined })),
    );
    for (const { child, full } of children) if (full) done += partsBelow(child, total);
    level = children
      .filter(({ child, full }) => !full && partsBelow(child, total) > 1)
      .map(({ child }) => child);
  }
  return { done, total };
};
