import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAN_OUT } from '../../../functions/lib/engine/limits.ts';
import {
  childrenOf,
  firstPart,
  isInTree,
  isRoot,
  type Node,
  parentOf,
  partsBelow,
  rootOf,
  slotOf,
} from '../../../functions/lib/engine/tree.ts';

const anyParts = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 120 }) },
  fc.integer({ min: 1, max: 10_000 }),
);

const nodesOf = (parts: number, node: Node = rootOf(parts)): Node[] => [
  node,
  ...(partsBelow(node, parts) === 1 ? [] : childrenOf(node, parts).flatMap((child) => nodesOf(parts, child))),
];

describe('the tree over the parts', () => {
  it('has each part exactly once, in order, in the nodes of one part', () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        const leaves = nodesOf(parts).filter((node) => partsBelow(node, parts) === 1);
        expect(leaves.map(firstPart)).toEqual(Array.from({ length: parts }, (_, part) => part));
      }),
      { numRuns: 50 },
    );
  });

  it('knows the parent of each node, and the node’s slot there', () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        const strays = nodesOf(parts)
          .filter((node) => partsBelow(node, parts) > 1)
          .flatMap((node) =>
            childrenOf(node, parts).filter((child, slot) => {
              const { level, index } = parentOf(child);
              return level !== node.level || index !== node.index || slotOf(child) !== slot;
            }),
          );
        expect(strays).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('has one root, and no node above or beside it', () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        const nodes = nodesOf(parts);
        expect(nodes.filter((node) => isRoot(node, parts))).toEqual([rootOf(parts)]);
        expect(nodes.every((node) => isInTree(node, parts))).toBe(true);
        expect(isInTree(parentOf(rootOf(parts)), parts)).toBe(false);
        expect(isInTree({ level: 0, index: parts }, parts)).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it('has at most ten children a node, and a ninth of the parts as inner nodes', () => {
    const inner = nodesOf(10_000).filter((node) => partsBelow(node, 10_000) > 1);
    expect(inner.every((node) => childrenOf(node, 10_000).length === FAN_OUT)).toBe(true);
    expect(inner).toHaveLength(1_111);
  });

  it.each([
    [1, 0],
    [2, 1],
    [10, 1],
    [11, 2],
    [100, 2],
    [101, 3],
    [10_000, 4],
  ])('of %i parts has its root on level %i', (parts, level) => {
    expect(rootOf(parts)).toEqual({ level, index: 0 });
  });
});
