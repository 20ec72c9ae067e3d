import { describe, expect, it } from 'vitest';
import type { Computation } from '../../../functions/lib/engine/computation.ts';
import { progressOf } from '../../../functions/lib/engine/progress.ts';
import type { Node } from '../../../functions/lib/engine/tree.ts';
import { MemoryStore } from '../../support/memory.ts';
import { endAt, START, startAt, submission } from '../../support/store-operations.ts';

const ref = submission('a', 'one');
const queued = (total: number, over: Partial<Computation> = {}) =>
  ({ ...ref, attempt: 1, total, status: 'queued', ...startAt(START), ...over }) as Computation;
const running = (total: number, over: Partial<Computation> = {}) =>
  queued(total, { status: 'running', startedAt: START, ...over });

/** A store with these slots full, which notes the nodes that are read, request by request. */
const having = (...full: [level: number, index: number, slots: number[]][]) => {
  const store = new MemoryStore();
  const reads: string[][] = [];
  const { readNodes } = store;
  store.readNodes = (of, nodes) => {
    reads.push(nodes.map(({ level, index }: Node) => `${level}.${index}`));
    return readNodes(of, nodes);
  };
  for (const [level, index, slots] of full)
    for (const slot of slots) void store.fillSlot(ref, { level, index }, slot, Uint8Array.of(1), START);
  return { store, reads };
};
const upTo = (count: number) => Array.from({ length: count }, (_, at) => at);

describe('the progress of a computation of many parts', () => {
  it('is complete after success, without a read', async () => {
    const { store, reads } = having();
    const computation = queued(25, { status: 'succeeded', result: 1, ...endAt(START) });
    expect(await progressOf({ store }, computation)).toEqual({ done: 25, total: 25 });
    expect(reads).toEqual([]);
  });

  it('is 0 before the start and for a lone part, without a read', async () => {
    const { store, reads } = having([2, 0, [0]]);
    expect(await progressOf({ store }, queued(25))).toEqual({ done: 0, total: 25 });
    expect(await progressOf({ store }, running(1))).toEqual({ done: 0, total: 1 });
    expect(reads).toEqual([]);
  });

  it('counts what earlier attempts have left after a retry', async () => {
    const { store } = having([2, 0, [0]]);
    expect(await progressOf({ store }, queued(25, { attempt: 2 }))).toEqual({ done: 10, total: 25 });
  });

  it('counts a full slot as the parts below it, and reads only nodes that are not full', async () => {
    const { store, reads } = having([2, 0, [0, 2]], [1, 1, [3, 4]]);
    expect(await progressOf({ store }, running(25))).toEqual({ done: 17, total: 25 });
    expect(reads).toEqual([['2.0'], ['1.1']]);
  });

  it('is 0 when no record is found', async () => {
    const { store } = having();
    store.readNodes = async () => [];
    expect(await progressOf({ store }, running(10))).toEqual({ done: 0, total: 10 });
  });

  it('reads at most eleven nodes', async () => {
    const { store, reads } = having([3, 4, [0, 1]], [2, 0, [5]]);
    expect(await progressOf({ store }, running(10_000))).toEqual({ done: 200, total: 10_000 });
    expect(reads).toEqual([['4.0'], upTo(10).map((at) => `3.${at}`)]);
  });

  it('is exact when little is left, and reads no node of one part', async () => {
    const { store, reads } = having([4, 0, upTo(9)], [3, 9, upTo(9)], [2, 99, upTo(9)], [1, 999, upTo(7)]);
    expect(await progressOf({ store }, running(10_000))).toEqual({ done: 9_997, total: 10_000 });
    expect(reads).toEqual([['4.0'], ['3.9'], ['2.99'], ['1.999']]);
  });

  it('reads from the left when it may not read a whole level', async () => {
    const { store, reads } = having([4, 0, upTo(8)], [2, 80, [0]], [2, 87, [1]], [2, 88, [0]]);
    expect(await progressOf({ store }, running(10_000))).toEqual({ done: 8_020, total: 10_000 });
    expect(reads).toEqual([['4.0'], ['3.8', '3.9'], upTo(8).map((at) => `2.${80 + at}`)]);
  });
});

describe('the progress of a sequence', () => {
  const sequence = running(9, { kind: 'sequential' });

  it('is 0 before the first checkpoint', async () => {
    expect(await progressOf(having(), sequence)).toEqual({ done: 0, total: 9 });
  });

  it('is that of its last checkpoint, whose total may have grown', async () => {
    const { store } = having();
    const checkpoint = {
      step: 2,
      from: 0,
      attempt: 1,
      hops: 1,
      state: Uint8Array.of(1),
      done: 40,
      total: 90,
    };
    await store.writeCheckpoint(ref, checkpoint, 'x', START);
    expect(await progressOf({ store }, sequence)).toEqual({ done: 40, total: 90 });
  });
});
