import type { AnyParallelKernel } from '../../../functions/lib/engine/kernel.ts';
import { checkPartial, checkResult } from '../../../functions/lib/engine/kernel-call.ts';
import type { NodeMessage } from '../../../functions/lib/engine/message.ts';
import { computePart, splitNode } from '../../../functions/lib/engine/parallel.ts';
import type { Limits, NodeRecord } from '../../../functions/lib/engine/ports.ts';
import { nodeExpiry } from '../../../functions/lib/engine/timing.ts';
import { childrenOf } from '../../../functions/lib/engine/tree.ts';
import { inside, moduleOf } from '../mutation/place.ts';
import { changed, type Mutant, withStore } from './mutant.ts';

/** Fan out and in. */
export const treeMutants: readonly Mutant[] = [
  changed(
    'a split sends everything again',
    inside(splitNode)
      .callOf((list: unknown[]) => list.filter)
      .skipped(),
  ),
  changed('a full node is reported by nobody who splits it', inside(splitNode).return().returnsNothing()),
  changed(
    'a part is computed without a look at its slot',
    inside(computePart)
      .if((record: NodeRecord) => record.slots)
      .never(),
  ),
  changed(
    'a part that has been reported is left, though its worker may have crashed before it went on',
    inside(computePart).return().returnsNothing(),
  ),
  changed('a message is deleted before the report', inside(computePart).lastAwait.notAwaited()),
  changed(
    'partial results are combined from right to left',
    moduleOf(splitNode)
      .callOf((kernel: AnyParallelKernel<never>) => kernel.combine)
      .argumentsSwapped(),
  ),
  changed(
    'a node is folded before it is complete',
    moduleOf(computePart)
      .comparisonOf(
        (list: unknown[]) => list.length,
        (list: unknown[]) => list.length,
      )
      .rightMinusOne(),
  ),
  withStore('only the filling of an empty slot goes on', ({ fillSlot }) => ({
    fillSlot: async (ref, node, slot, value, expiresAt) => {
      const record = await fillSlot(ref, node, slot, value, expiresAt);
      return record.slots[slot] === value ? record : { slots: [] };
    },
  })),
  changed(
    'the last part is forgotten where a node is not full of children',
    inside(childrenOf)
      .callOf(() => Math.ceil)
      .callsInstead(() => Math.floor),
  ),
  changed(
    'a child is asked for in the first attempt only',
    inside(splitNode)
      .property((message: NodeMessage) => message.attempt)
      .becomes(1),
  ),
  changed(
    'records of nodes expire with the computation that wrote them',
    inside(nodeExpiry)
      .member((limits: Limits) => limits.maxAgeMs)
      .becomes(0),
  ),
  changed('a partial result of any size is kept', moduleOf(splitNode).callOf(checkPartial).unwrapped()),
  changed('a result of any size is kept', moduleOf(splitNode).callOf(checkResult).unwrapped()),
];
