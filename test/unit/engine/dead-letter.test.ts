import { describe, expect, it } from 'vitest';
import { failFromDeadLetter } from '../../../functions/lib/engine/dead-letter.ts';
import { cancel } from '../../../functions/lib/engine/manage.ts';
import { encodeMessage, type WorkMessage } from '../../../functions/lib/engine/message.ts';
import { retry } from '../../../functions/lib/engine/submit.ts';
import { memoryEngine } from '../../support/engine.ts';
import { counter, letters } from '../../support/kernels.ts';
import { START } from '../../support/store-operations.ts';

/** A computation that has just been accepted, and what the engine reports about its dead letters. */
const world = async (kernel: typeof letters | ReturnType<typeof counter>, input: object) => {
  const made = memoryEngine([kernel]);
  const computation = await made.accept(kernel, input);
  const { tenant, id, epoch, attempt } = computation;
  made.events.length = 0;
  return {
    ...made,
    computation,
    receive: async (over: object) => {
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
  it('is discarded without an id when nobody can read it', async () => {
    const made = memoryEngine([]);
    await failFromDeadLetter(made, 'nonsense');
    await failFromDeadLetter(made, '{"format":2}');
    expect(made.events).toStrictEqual([
      { event: 'discarded', reason: 'unreadable' },
      { event: 'discarded', reason: 'unknown format' },
    ]);
  });

  it('is discarded when its computation is gone or has another epoch', async () => {
    const { store, computation, receive, discarded } = await world(letters, { parts: 25 });
    expect(await receive({ ...node(0, 3), epoch: 'other' })).toEqual(discarded('another epoch'));
    store.computations.clear();
    expect(await receive(node(0, 3))).toEqual(discarded('another epoch'));
    expect(await store.read(computation)).toBeUndefined();
  });

  it('is discarded when it belongs to another attempt, earlier or later', async () => {
    const { receive, discarded } = await world(letters, { parts: 25 });
    expect(await receive({ ...node(0, 3), attempt: 0 })).toEqual(discarded('another attempt'));
    expect(await receive({ ...node(0, 3), attempt: 2 })).toEqual(discarded('another attempt'));
  });

  it('is discarded when its computation has ended', async () => {
    const made = await world(letters, { parts: 25 });
    await cancel(made, made.computation);
    expect(await made.receive(node(0, 3))).toEqual(made.discarded('computation cancelled'));
  });

  it('of a part fails the computation unless the slot is full', async () => {
    const { store, computation, receive, discarded, failed } = await world(letters, { parts: 25 });
    await store.fillSlot(computation, { level: 1, index: 2 }, 3, Uint8Array.of(1), START);
    expect(await receive(node(0, 23))).toEqual(discarded('overtaken'));
    expect(await receive(node(0, 24))).toEqual(failed);
  });

  it('of an inner node fails the computation unless the slot is full', async () => {
    const { store, computation, receive, discarded, failed } = await world(letters, { parts: 25 });
    await store.fillSlot(computation, { level: 2, index: 0 }, 1, Uint8Array.of(1), START);
    expect(await receive(node(1, 1))).toEqual(discarded('overtaken'));
    expect(await receive(node(1, 2))).toEqual(failed);
  });

  it('of the root fails the computation without reading a parent', async () => {
    const { store, receive, failed } = await world(letters, { parts: 25 });
    store.readNodes = async () => {
      throw new Error('read for nothing');
    };
    expect(await receive(node(2, 0))).toEqual(failed);
  });

  it('of a part fails the computation when the parent has no record', async () => {
    const { store, receive, failed } = await world(letters, { parts: 25 });
    store.readNodes = async () => [];
    expect(await receive(node(0, 3))).toEqual(failed);
  });

  it('of a sequence is discarded when a later checkpoint exists than the one it tried from', async () => {
    const { store, computation, receive, discarded, failed } = await world(counter(), { to: 30 });
    const checkpoint = { step: 5, from: 0, attempt: 1, hops: 1, state: Uint8Array.of(1), done: 5, total: 30 };
    await store.writeCheckpoint(computation, checkpoint, 'x', START);
    for (const tried of [{}, { since: 0 }, { since: 4 }, { step: 0 }, { step: 4, since: 5 }]) {
      expect(await receive({ kind: 'sequence', ...tried })).toEqual(discarded('overtaken'));
    }
    expect(await receive({ kind: 'sequence', step: 5, since: 0 })).toEqual(failed);
  });

  it.each([{}, { since: 0 }, { step: 0 }])(
    'of a sequence without a checkpoint fails the computation: %j',
    async (tried) => {
      const { receive, failed } = await world(counter(), { to: 30 });
      expect(await receive({ kind: 'sequence', ...tried })).toEqual(failed);
    },
  );

  it('of a sequence fails the computation when it was sent after the last checkpoint', async () => {
    const { store, computation, receive, failed } = await world(counter(), { to: 30 });
    const checkpoint = { step: 5, from: 0, attempt: 1, hops: 1, state: Uint8Array.of(1), done: 5, total: 30 };
    await store.writeCheckpoint(computation, checkpoint, 'x', START);
    expect(await receive({ kind: 'sequence', since: 5 })).toEqual(failed);
  });
});

describe('a dead letter in the course of a computation', () => {
  it('fails its computation', async () => {
    const world = memoryEngine([letters]);
    const computation = await world.accept(letters, { parts: 10 });
    await world.deliver(world.take());
    await failFromDeadLetter(world, world.take(4));
    expect(await world.store.read(computation)).toMatchObject({
      status: 'failed',
      error: { type: 'urn:test:crashed' },
    });
  });

  it('of the root fails its computation', async () => {
    const world = memoryEngine([letters]);
    const computation = await world.accept(letters, { parts: 10 });
    await failFromDeadLetter(world, world.take());
    expect(await world.store.read(computation)).toMatchObject({ status: 'failed' });
  });

  it('does nothing when another message has done its work', async () => {
    const world = memoryEngine([letters]);
    const computation = await world.accept(letters, { parts: 10 });
    await world.deliver(world.take());
    const body = world.take(4);
    await world.deliver(body);
    await failFromDeadLetter(world, body);
    expect(await world.store.read(computation)).toMatchObject({ status: 'running' });
  });

  it('of an earlier attempt cannot fail a later one', async () => {
    const world = memoryEngine([letters]);
    const computation = await world.accept(letters, { parts: 10 });
    const body = world.take();
    await cancel(world, computation);
    await retry(world, computation);
    await failFromDeadLetter(world, body);
    expect(await world.store.read(computation)).toMatchObject({ status: 'queued', attempt: 2 });
  });
});
