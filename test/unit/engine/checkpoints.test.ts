import { describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../../functions/lib/engine/ports.ts';
import { createWorker } from '../../../functions/lib/engine/worker.ts';
import { memoryEngine } from '../../support/engine.ts';
import { counter } from '../../support/kernels.ts';

type Counter = ReturnType<typeof counter>;

/** Each step takes so long of a clock that checkpoints after ten seconds. */
const world = async (to: number, stepMs = 3_000, over: Partial<Counter> = {}) => {
  const kernel: Counter = { ...counter(() => made.clock.advance(stepMs)), ...over };
  const made = memoryEngine([kernel]);
  const submitted = await made.submit(kernel, { to });
  if (!('computation' in submitted)) throw new Error(submitted.outcome);
  const { computation } = submitted;
  const { tenant, id, epoch } = computation;
  const work = createWorker(made);
  return {
    ...made,
    computation,
    /** Delivers the next message, in an invocation of which so much is left. */
    next: (remainingMs = 60_000) =>
      work(made.queue.bodies.shift() ?? '', { receiveCount: 1, remainingMs: () => remainingMs }),
    message: (over: object) =>
      JSON.stringify({ format: 1, kind: 'sequence', tenant, id, epoch, attempt: 1, ...over }),
    checkpoint: (over: Partial<Checkpoint>) =>
      made.store.writeCheckpoint(
        computation,
        {
          step: 5,
          from: 0,
          attempt: 1,
          hops: 1,
          state: new TextEncoder().encode('5'),
          done: 5,
          total: to,
          ...over,
        },
        'x',
        0,
      ),
    status: async () => (await made.store.read(computation))?.status,
  };
};

describe('a checkpoint', () => {
  it('is written whole, kept as long as a node, and told', async () => {
    const { store, computation, next, queue, events, clock, limits } = await world(10);
    const { writeCheckpoint } = store;
    const kept: number[] = [];
    store.writeCheckpoint = (ref, checkpoint, token, expiresAt) => {
      kept.push(expiresAt - clock.now() / 1_000);
      return writeCheckpoint(ref, checkpoint, token, expiresAt);
    };
    await next();
    expect(await store.readCheckpoint(computation)).toEqual({
      step: 4,
      from: 0,
      attempt: 1,
      hops: 1,
      state: new TextEncoder().encode('4'),
      done: 4,
      total: 10,
    });
    expect(kept).toEqual([(limits.retentionMs + 2 * limits.maxAgeMs) / 1_000]);
    const { tenant, id, epoch } = computation;
    expect(queue.bodies.map((body) => JSON.parse(body))).toEqual([
      { format: 1, kind: 'sequence', tenant, id, epoch, attempt: 1, step: 4 },
    ]);
    expect(events).toEqual([{ event: 'checkpoint', id, step: 4 }]);
    await next();
    expect(await store.readCheckpoint(computation)).toMatchObject({ step: 8, from: 4, hops: 2 });
  });

  it('is due at the very moment when the time is over', async () => {
    const { store, computation, next } = await world(10, 5_000);
    await next();
    expect(await store.readCheckpoint(computation)).toMatchObject({ step: 2 });
  });

  it('is due when half of what is left of the invocation is over', async () => {
    const { store, computation, next } = await world(10, 1_000);
    await next(8_000);
    expect(await store.readCheckpoint(computation)).toMatchObject({ step: 4 });
  });

  it('comes after one step at least, however little time there is', async () => {
    const { store, computation, next } = await world(10);
    await next(0);
    expect(await store.readCheckpoint(computation)).toMatchObject({ step: 1 });
  });

  it('is not written where all is done, nor is a step taken where nothing is to do', async () => {
    const { store, computation, next, count } = await world(0, 1_000, {
      step: () => {
        throw new Error('a step too many');
      },
    });
    await next();
    expect(await store.read(computation)).toMatchObject({ status: 'succeeded', result: { at: 0 }, total: 0 });
    expect(count('checkpoint')).toBe(0);
  });

  it('ends the work of a kernel that counts past its total', async () => {
    const { store, computation, next } = await world(3, 1_000, { step: (at) => at + 2 });
    await next();
    expect(await store.read(computation)).toMatchObject({ status: 'succeeded', result: { at: 4 }, total: 3 });
  });

  it('may be the ten-thousandth, and no later one', async () => {
    const made = await world(1_000);
    await made.checkpoint({ hops: 9_999 });
    await made.next();
    expect(await made.store.readCheckpoint(made.computation)).toMatchObject({ hops: 10_000 });
    await made.next();
    expect(await made.store.read(made.computation)).toMatchObject({
      status: 'failed',
      error: { type: 'urn:test:too-many-hops' },
    });
    expect(made.queue.bodies).toEqual([]);
  });

  it('of more than 32 KiB fails the computation', async () => {
    const codec = { encode: () => new Uint8Array(32_769), decode: () => 0 };
    const { store, computation, next } = await world(10, 3_000, { state: codec });
    await next();
    expect(await store.read(computation)).toMatchObject({
      status: 'failed',
      error: { type: 'urn:test:refused' },
    });
  });
});

describe('a message of a sequence', () => {
  it('that is behind the checkpoint is put away', async () => {
    const { checkpoint, deliver, message, events, queue, computation } = await world(30);
    await checkpoint({});
    queue.bodies.length = 0;
    await deliver(message({ step: 3 }));
    expect(events).toEqual([{ event: 'discarded', reason: 'behind its checkpoint', id: computation.id }]);
    expect(queue.bodies).toEqual([]);
  });

  it('handed out again goes on from the checkpoint that its first worker may have written, no other', async () => {
    const { checkpoint, deliver, message, queue, count } = await world(30);
    await checkpoint({ from: 0, step: 5 });
    queue.bodies.length = 0;
    await deliver(message({ step: 3 }), 2);
    expect([count('discarded'), queue.bodies]).toEqual([1, []]);
    await deliver(message({ step: 0 }), 2);
    expect(queue.bodies.map((body) => JSON.parse(body))).toMatchObject([{ kind: 'sequence', step: 5 }]);
  });

  it('goes on from a checkpoint that an earlier attempt left ahead of it', async () => {
    const { checkpoint, deliver, message, queue } = await world(30);
    await checkpoint({ attempt: 0 });
    queue.bodies.length = 0;
    await deliver(message({ step: 3 }));
    expect(queue.bodies.map((body) => JSON.parse(body))).toMatchObject([{ kind: 'sequence', step: 5 }]);
  });

  it('that names a checkpoint nobody wrote is put away', async () => {
    const { deliver, message, events, computation } = await world(30);
    await deliver(message({ step: 3 }), 2);
    expect(events).toEqual([{ event: 'discarded', reason: 'behind its checkpoint', id: computation.id }]);
  });

  it('tells when another was faster to write a checkpoint', async () => {
    const { store, next, events, computation } = await world(30);
    const { readCheckpoint } = store;
    store.writeCheckpoint = async () => false;
    store.readCheckpoint = readCheckpoint;
    await next();
    expect(events).toEqual([{ event: 'discarded', reason: 'overtaken', id: computation.id }]);
  });
});
