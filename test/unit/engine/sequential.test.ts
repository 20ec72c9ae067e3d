import { describe, expect, it } from 'vitest';
import { failFromDeadLetter } from '../../../functions/lib/engine/dead-letter.ts';
import { cancel, read } from '../../../functions/lib/engine/manage.ts';
import { retry } from '../../../functions/lib/engine/submit.ts';
import { sweep } from '../../../functions/lib/engine/sweep.ts';
import { createWorker } from '../../../functions/lib/engine/worker.ts';
import { memoryEngine, memoryEngineWith } from '../../support/engine.ts';
import { counter } from '../../support/kernels.ts';

/** Each step takes three seconds of a clock that checkpoints after ten. */
const world = async (to: number) => {
  const kernel = counter(() => made.clock.advance(3_000));
  const made = memoryEngine([kernel]);
  const submitted = await made.submit(kernel, { to });
  if (!('computation' in submitted)) throw new Error(submitted.outcome);
  return { ...made, computation: submitted.computation, take: () => made.queue.bodies.shift() ?? '' };
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

  it('makes no second chain of a duplicate', async () => {
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

  it('lets one of two workers on the same checkpoint go on', async () => {
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

  it('sends the message that continues again when its first worker crashed before sending it', async () => {
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

  it('goes on when the first worker on a message wrote the checkpoint, but crashed while the second was at it', async () => {
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

  it('goes on when a worker of the attempt before was faster', async () => {
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

  it('is failed by the dead letter of a restart that nothing came of', async () => {
    const made = await world(30);
    const { store, computation, take, deliver, queue } = made;
    await deliver(take());
    queue.bodies.length = 0;
    made.clock.advance(61_000);
    await sweep(made, { all: true, remainingMs: () => 60_000 });
    await failFromDeadLetter(made, take());
    expect(await store.read(computation)).toMatchObject({ status: 'failed' });
  });

  it('goes on from its checkpoint when it is retried', async () => {
    const { take, deliver, drain, computation, ...rest } = await world(10);
    await deliver(take());
    await cancel(rest, computation);
    await retry(rest, computation);
    await drain();
    expect(await rest.store.read(computation)).toMatchObject({ status: 'succeeded', result: { at: 10 } });
    expect(rest.count('checkpoint')).toBe(2);
  });

  it('is failed by a dead letter only while nobody overtook it', async () => {
    const { take, deliver, computation, ...rest } = await world(30);
    const first = take();
    await deliver(first);
    await failFromDeadLetter(rest, first);
    expect(await rest.store.read(computation)).toMatchObject({ status: 'running' });
    await failFromDeadLetter(rest, take());
    expect(await rest.store.read(computation)).toMatchObject({ status: 'failed' });
  });

  it('blames the infrastructure, not the kernel, when what it reads cannot be had', async () => {
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
    await world.submit(reads, { to: 2 });
    const delivery = { receiveCount: 5, remainingMs: () => 60_000 };
    await expect(work(world.queue.bodies[0] ?? '', delivery)).rejects.toThrow('throttled');
  });
});
