import { FAN_OUT } from './limits.ts';

/**
 * The tree over a computation's parts. Node (level, index) covers the parts from index × 10^level up to, but not
 * including, (index + 1) × 10^level. It is a function of the number of parts alone, so nobody has to store it.
 */
export interface Node {
  readonly level: number;
  readonly index: number;
}

/** The lowest node that covers all parts. */
export const rootOf = (parts: number): Node => {
  let level = 0;
  for (let covered = 1; covered < parts; covered *= FAN_OUT) level += 1;
  return { level, index: 0 };
};

/** How many of the parts lie below the node; a node of one part is computed, a larger one is split. */
export const partsBelow = ({ level, index }: Node, parts: number): number => {
  const width = FAN_OUT ** level;
  return Math.max(0, Math.min(parts, (index + 1) * width) - index * width);
};

/** The first part that the node covers; for a node of one part, that part. */
export const firstPart = ({ level, index }: Node): number => index * FAN_OUT ** level;

/** The nodes below a node of more than one part, in the order of their slots. */
export const childrenOf = (node: Node, parts: number): Node[] => {
  const width = FAN_OUT ** (node.level - 1);
  const count = Math.ceil(partsBelow(node, parts) / width);
  return Array.from({ length: count }, (_, slot) => ({
    level: node.level - 1,
    index: node.index * FAN_OUT + slot,
  }));
};

export const parentOf = ({ level, index }: Node): Node => ({
  level: level + 1,
  index: Math.floor(index / FAN_OUT),
});

/** The place of the node's value in its parent's record. */
export const slotOf = ({ index }: Node): number => index % FAN_OUT;

export const isRoot = ({ level }: Node, parts: number): boolean => level === rootOf(parts).level;

/** Whether the node belongs to the tree of so many parts at all. */
export const isInTree = (node: Node, parts: number): boolean =>
  node.level <= rootOf(parts).level && partsBelow(node, parts) > 0;
