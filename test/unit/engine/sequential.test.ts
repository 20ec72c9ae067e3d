import { describe, expect, it } from 'vitest';
import { failFromDeadLetter } from '../../../functions/lib/engine/dead-letter.ts';
import { cancel, read } from '../../../functions/lib/engine/manage.ts';
import type { Checkpoint } from '../../../functions/lib/engine/ports.ts';
import { retry } from '../../../functions/lib/engine/submit.ts';
import { sweep } from '../../../functions/lib/engine/sweep.ts';
import { createWorker } from '../../../functions/lib/engine/worker.ts';
import { memoryEngine, memoryEngineWith } from '../../support/engine.ts';
import { counter } from '../../support/kernels.ts';

/** Each step takes three seconds of a clock that checkpoints after ten. */
const world = async (to: number) => {
  const kernel = counter(() => made.clock.advance(3_000));
  const made = memoryEngine([kernel]);
  return { ...made, computation: await made.accept(kernel, { to }) };
};

type Counter = ReturnType<typeof counter>;

/** Each step takes so long of a clock that checkpoints after ten seconds. */
const stepping = async (to: number, stepMs = 3_000, over: Partial<Counter> = {}) => {
  const kernel: Counter = { ...counter(() => made.clock.advance(stepMs)), ...over };
  const made = memoryEngine([kernel]);
  const computation = await made.accept(kernel, { to });
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

describe('a computation that cannot be split', () => {
  it('goes from checkpoint to checkpoint until it is done, one message each', async () => {
    const { store, computation, queue, take, deliver, ...rest } = await world(10);
    await deliver(take());
    expect(await store.readCheckpoint(computation)).toMatchObject({ step: 4, from: 0, hops: 1 });
    expect(await read({ store, clock: rest.clock }, computation)).toMatchObject({
      computation: { status: 'running' },
      progress: { done: 4, total: 10 },
    });
    expect(queue.bodies).toHaveLength(1);
    await rest.drain();
    expect(await store.read(computation)).toMatchObject({ status: 'succeeded', result: { at: 10 } });
    expect(queue.sent).toBe(3);
    expect(rest.count('checkpoint')).toBe(2);
  });

  it('finishes within one message when it is short', async () => {
    const { store, computation, drain, queue } = await world(3);
    await drain();
    expect(await store.read(computation)).toMatchObject({ status: 'succeeded', result: { at: 3 } });
    expect(queue.sent).toBe(1);
  });

  it('does not start a second chain from a duplicate message', async () => {
    const { store, computation, take, deliver, queue, drain } = await world(30);
    const first = take();
    await deliver(first);
    const second = take();
    await deliver(first);
    await deliver(second);
    expect(queue.bodies).toHaveLength(1);
    await drain();
    expect(await store.read(computation)).toMatchObject({ status: 'succeeded' });
    expect(queue.sent).toBe(8);
  });

  it('lets only one of two workers continue from the same checkpoint', async () => {
    const { store, computation, take, deliver, queue, count } = await world(30);
    await deliver(take());
    const body = take();
    const { readCheckpoint } = store;
    const before = await readCheckpoint(computation);
    await deliver(body);
    store.readCheckpoint = async () => before;
    await deliver(body);
    expect(queue.bodies).toHaveLength(1);
    expect(count('checkpoint')).toBe(2);
  });

  it('sends the next message again when the first worker crashed before it sent', async () => {
    const { store, computation, take, deliver, queue, drain } = await world(10);
    const body = take();
    const { send } = queue;
    queue.send = async () => {
      throw new Error('no answer');
    };
    await expect(deliver(body, 1)).rejects.toThrow('no answer');
    queue.send = send;
    await deliver(body, 2);
    await drain();
    expect(await store.read(computation)).toMatchObject({ status: 'succeeded', result: { at: 10 } });
  });

  it('continues when the first worker wrote the checkpoint and crashed while a second worker ran', async () => {
    const { store, computation, take, deliver, queue, drain } = await world(10);
    const body = take();
    const { send } = queue;
    const { readCheckpoint } = store;
    queue.send = async () => {
      throw new Error('no answer');
    };
    await expect(deliver(body, 1)).rejects.toThrow('no answer');
    queue.send = send;
    // The second had read the checkpoint before the first wrote its own.
    store.readCheckpoint = async () => {
      store.readCheckpoint = readCheckpoint;
      return undefined;
    };
    await deliver(body, 2);
    await drain();
    expect(await store.read(computation)).toMatchObject({ status: 'succeeded', result: { at: 10 } });
  });

  it('continues when a worker of the earlier attempt wrote its checkpoint first', async () => {
    const made = await world(10);
    const { store, computation, take, deliver, drain } = made;
    const early = take();
    const { readCheckpoint } = store;
    await cancel(made, computation);
    await retry(made, computation);
    const late = take();
    // The worker of the first attempt has the computation as it was, and writes while the one of the second works.
    const before = { ...computation };
    store.readCheckpoint = async () => {
      store.readCheckpoint = readCheckpoint;
      const worker = createWorker({
        ...made,
        store: {
          ...store,
          listDue: (until) => store.listDue(until),
          readEventual: async () => ({ computation: before, nodes: [] }),
          start: async () => {},
        },
      });
      await worker(early, { receiveCount: 1, remainingMs: () => 60_000 });
      return undefined;
    };
    await deliver(late);
    await drain();
    expect(await store.read(computation)).toMatchObject({
      status: 'succeeded',
      attempt: 2,
      result: { at: 10 },
    });
  });

  it('fails on the dead letter of a restart that made no progress', async () => {
    const made = await world(30);
    const { store, computation, take, deliver, queue } = made;
    await deliver(take());
    queue.bodies.length = 0;
    made.clock.advance(61_000);
    await sweep(made, { all: true, remainingMs: () => 60_000 });
    await failFromDeadLetter(made, take());
    expect(await store.read(computation)).toMatchObject({ status: 'failed' });
  });

  it('resumes from its checkpoint on retry', async () => {
    const { take, deliver, drain, computation, ...rest } = await world(10);
    await deliver(take());
    await cancel(rest, computation);
    await retry(rest, computation);
    await drain();
    expect(await rest.store.read(computation)).toMatchObject({ status: 'succeeded', result: { at: 10 } });
    expect(rest.count('checkpoint')).toBe(2);
  });

  it('fails on a dead letter only if no later checkpoint exists', async () => {
    const { take, deliver, computation, ...rest } = await world(30);
    const first = take();
    await deliver(first);
    await failFromDeadLetter(rest, first);
    expect(await rest.store.read(computation)).toMatchObject({ status: 'running' });
    await failFromDeadLetter(rest, take());
    expect(await rest.store.read(computation)).toMatchObject({ status: 'failed' });
  });

  it('throws the error of the infrastructure when the kernel cannot read', async () => {
    const reads = {
      ...counter(),
      step: async (at: number, _: unknown, { read }: { read(): Promise<unknown> }) => {
        await read();
        return at + 1;
      },
    };
    const world = memoryEngineWith([reads], (_, track) => ({
      read: () => track(() => Promise.reject(new Error('throttled'))),
    }));
    const work = createWorker(world);
    await world.accept(reads, { to: 2 });
    const delivery = { receiveCount: 5, remainingMs: () => 60_000 };
    await expect(work(world.queue.bodies[0] ?? '', delivery)).rejects.toThrow('throttled');
  });
});

describe('a checkpoint', () => {
  it('is written with all its fields, kept as long as a node, and observed', async () => {
    const { store, computation, next, queue, events, clock, limits } = await stepping(10);
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

  it('is written as soon as the time for steps is over', async () => {
    const { store, computation, next } = await stepping(10, 5_000);
    await next();
    expect(await store.readCheckpoint(computation)).toMatchObject({ step: 2 });
  });

  it('is written when half of the invocation’s remaining time is over', async () => {
    const { store, computation, next } = await stepping(10, 1_000);
    await next(8_000);
    expect(await store.readCheckpoint(computation)).toMatchObject({ step: 4 });
  });

  it('is written after at least one step, however little time is left', async () => {
    const { store, computation, next } = await stepping(10);
    await next(0);
    expect(await store.readCheckpoint(computation)).toMatchObject({ step: 1 });
  });

  it('is not written when the work is complete, and no step is taken', async () => {
    const { store, computation, next, count } = await stepping(0, 1_000, {
      step: () => {
        throw new Error('a step too many');
      },
    });
    await next();
    expect(await store.read(computation)).toMatchObject({ status: 'succeeded', result: { at: 0 }, total: 0 });
    expect(count('checkpoint')).toBe(0);
  });

  it('is not needed when a kernel counts past its total', async () => {
    const { store, computation, next } = await stepping(3, 1_000, { step: (at) => at + 2 });
    await next();
    expect(await store.read(computation)).toMatchObject({ status: 'succeeded', result: { at: 4 }, total: 3 });
  });

  it('may be the 10,000th, but not the 10,001st', async () => {
    const made = await stepping(1_000);
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
    const { store, computation, next } = await stepping(10, 3_000, { state: codec });
    await next();
    expect(await store.read(computation)).toMatchObject({
      status: 'failed',
      error: { type: 'urn:test:refused' },
    });
  });
});

describe('a message of a sequence', () => {
  it('is discarded when it is behind the checkpoint', async () => {
    const { checkpoint, deliver, message, events, queue, computation } = await stepping(30);
    await checkpoint({});
    queue.bodies.length = 0;
    await deliver(message({ step: 3 }));
    expect(events).toEqual([{ event: 'discarded', reason: 'behind its checkpoint', id: computation.id }]);
    expect(queue.bodies).toEqual([]);
  });

  it('continues, when delivered again, from a checkpoint that its first worker may have written, and from no other', async () => {
    const { checkpoint, deliver, message, queue, count } = await stepping(30);
    await checkpoint({ from: 0, step: 5 });
    queue.bodies.length = 0;
    await deliver(message({ step: 3 }), 2);
    expect([count('discarded'), queue.bodies]).toEqual([1, []]);
    await deliver(message({ step: 0 }), 2);
    expect(queue.bodies.map((body) => JSON.parse(body))).toMatchObject([{ kind: 'sequence', step: 5 }]);
  });

  it('continues from a checkpoint that an earlier attempt wrote ahead of it', async () => {
    const { checkpoint, deliver, message, queue } = await stepping(30);
    await checkpoint({ attempt: 0 });
    queue.bodies.length = 0;
    await deliver(message({ step: 3 }));
    expect(queue.bodies.map((body) => JSON.parse(body))).toMatchObject([{ kind: 'sequence', step: 5 }]);
  });

  it('is discarded when it names a checkpoint that does not exist', async () => {
    const { deliver, message, events, computation } = await stepping(30);
    await deliver(message({ step: 3 }), 2);
    expect(events).toEqual([{ event: 'discarded', reason: 'behind its checkpoint', id: computation.id }]);
  });

  it('is observed as overtaken when another worker wrote the checkpoint first', async () => {
    const { store, next, events, computation } = await stepping(30);
    const { readCheckpoint } = store;
    store.writeCheckpoint = async () => false;
    store.readCheckpoint = readCheckpoint;
    await next();
    expect(events).toEqual([{ event: 'discarded', reason: 'overtaken', id: computation.id }]);
  });
});
