import { describe, expect, it } from 'vitest';
import { failFromDeadLetter } from '../../../functions/lib/engine/dead-letter.ts';
import { cancel } from '../../../functions/lib/engine/manage.ts';
import { encodeMessage, type WorkMessage } from '../../../functions/lib/engine/message.ts';
import { memoryEngine } from '../../support/engine.ts';
import { counter, letters } from '../../support/kernels.ts';
import { START } from '../../support/store-operations.ts';

/** A computation that has just been accepted, and what its dead letters come to. */
const world = async (kernel: typeof letters | ReturnType<typeof counter>, input: object) => {
  const made = memoryEngine([kernel]);
  const submitted = await made.submit(kernel, input);
  if (!('computation' in submitted)) throw new Error(submitted.outcome);
  const { tenant, id, epoch, attempt } = submitted.computation;
  made.events.length = 0;
  return {
    ...made,
    computation: submitted.computation,
    bury: async (over: object) => {
      made.events.length = 0;
      const message = { tenant, id, epoch, attempt, ...over } as WorkMessage;
      await failFromDeadLetter(made, encodeMessage(message));
      return made.events;
    },
    discarded: (reason: string) => [{ event: 'discarded', reason, id }],
    failed: [{ event: 'finished', id, status: 'failed', ageMs: 0 }],
  };
};
const node = (level: number, index: number, parts = 25) => ({ kind: 'node', parts, level, index });

describe('a dead letter', () => {
  it('that nobody can read is put away without an id', async () => {
    const made = memoryEngine([]);
    await failFromDeadLetter(made, 'nonsense');
    await failFromDeadLetter(made, '{"format":2}');
    expect(made.events).toStrictEqual([
      { event: 'discarded', reason: 'unreadable' },
      { event: 'discarded', reason: 'unknown format' },
    ]);
  });

  it('of nothing, or of another life, is put away', async () => {
    const { store, computation, bury, discarded } = await world(letters, { parts: 25 });
    expect(await bury({ ...node(0, 3), epoch: 'other' })).toEqual(discarded('another epoch'));
    store.computations.clear();
    expect(await bury(node(0, 3))).toEqual(discarded('another epoch'));
    expect(await store.read(computation)).toBeUndefined();
  });

  it('of another attempt, earlier or later, is put away', async () => {
    const { bury, discarded } = await world(letters, { parts: 25 });
    expect(await bury({ ...node(0, 3), attempt: 0 })).toEqual(discarded('another attempt'));
    expect(await bury({ ...node(0, 3), attempt: 2 })).toEqual(discarded('another attempt'));
  });

  it('of a computation that is over is put away', async () => {
    const made = await world(letters, { parts: 25 });
    await cancel(made, made.computation);
    expect(await made.bury(node(0, 3))).toEqual(made.discarded('computation cancelled'));
  });

  it('of a part is put away when its slot is full, and else fails the computation', async () => {
    const { store, computation, bury, discarded, failed } = await world(letters, { parts: 25 });
    await store.fillSlot(computation, { level: 1, index: 2 }, 3, Uint8Array.of(1), START);
    expect(await bury(node(0, 23))).toEqual(discarded('overtaken'));
    expect(await bury(node(0, 24))).toEqual(failed);
  });

  it('of an inner node is put away when its slot is full, and else fails the computation', async () => {
    const { store, computation, bury, discarded, failed } = await world(letters, { parts: 25 });
    await store.fillSlot(computation, { level: 2, index: 0 }, 1, Uint8Array.of(1), START);
    expect(await bury(node(1, 1))).toEqual(discarded('overtaken'));
    expect(await bury(node(1, 2))).toEqual(failed);
  });

  it('of the root fails the computation without a look for a parent', async () => {
    const { store, bury, failed } = await world(letters, { parts: 25 });
    store.readNodes = async () => {
      throw new Error('read for nothing');
    };
    expect(await bury(node(2, 0))).toEqual(failed);
  });

  it('of a part whose parent is nowhere fails the computation', async () => {
    const { store, bury, failed } = await world(letters, { parts: 25 });
    store.readNodes = async () => [];
    expect(await bury(node(0, 3))).toEqual(failed);
  });

  it('of a sequence is put away when it has gone on from where the letter tried', async () => {
    const { store, computation, bury, discarded, failed } = await world(counter(), { to: 30 });
    const checkpoint = { step: 5, from: 0, attempt: 1, hops: 1, state: Uint8Array.of(1), done: 5, total: 30 };
    await store.writeCheckpoint(computation, checkpoint, 'x', START);
    for (const tried of [{}, { since: 0 }, { since: 4 }, { step: 0 }, { step: 4, since: 5 }]) {
      expect(await bury({ kind: 'sequence', ...tried })).toEqual(discarded('overtaken'));
    }
    expect(await bury({ kind: 'sequence', step: 5, since: 0 })).toEqual(failed);
  });

  it.each([{}, { since: 0 }, { step: 0 }])(
    'of a sequence without a checkpoint, with %j, fails it',
    async (tried) => {
      const { bury, failed } = await world(counter(), { to: 30 });
      expect(await bury({ kind: 'sequence', ...tried })).toEqual(failed);
    },
  );

  it('of a sequence that was sent after the last checkpoint fails it', async () => {
    const { store, computation, bury, failed } = await world(counter(), { to: 30 });
    const checkpoint = { step: 5, from: 0, attempt: 1, hops: 1, state: Uint8Array.of(1), done: 5, total: 30 };
    await store.writeCheckpoint(computation, checkpoint, 'x', START);
    expect(await bury({ kind: 'sequence', since: 5 })).toEqual(failed);
  });
});
