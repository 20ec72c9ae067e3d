import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failFromDeadLetter } from '../../../functions/lib/engine/dead-letter.ts';
import { KernelException, UnknownWorkError } from '../../../functions/lib/engine/errors.ts';
import { cancel, read } from '../../../functions/lib/engine/manage.ts';
import { retry } from '../../../functions/lib/engine/submit.ts';
import { foldTree, memoryEngine } from '../../support/engine.ts';
import { letters, moody } from '../../support/kernels.ts';

const accepted = async (world: ReturnType<typeof memoryEngine>, kernel = letters, parts = 23) => {
  const submitted = await world.submit(kernel, { parts });
  if (!('computation' in submitted)) throw new Error(submitted.outcome);
  return submitted.computation;
};

/** The message in the queue for this part. */
const takePart = (world: ReturnType<typeof memoryEngine>, part: number): string => {
  const at = world.queue.bodies.findIndex((body) => {
    const { level, index } = JSON.parse(body);
    return level === 0 && index === part;
  });
  const [body] = world.queue.bodies.splice(at, 1);
  if (at < 0 || body === undefined) throw new Error(`no message for part ${part}`);
  return body;
};

describe('a computation of many parts', () => {
  it('has the result of the tree folded in one process, whatever the order of delivery', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 250 }),
        fc.infiniteStream(fc.nat()),
        async (parts, picks) => {
          const world = memoryEngine([letters]);
          const computation = await accepted(world, letters, parts);
          await world.drain((length) => (picks.next().value ?? 0) % length);
          expect(await world.store.read(computation)).toMatchObject({
            status: 'succeeded',
            result: await foldTree(letters, { parts }),
          });
        },
      ),
      { numRuns: 30 },
    );
  });

  it('computes each part once and sends each message once', async () => {
    const world = memoryEngine([letters]);
    await accepted(world, letters, 1_000);
    await world.drain();
    expect(world.count('computed')).toBe(1_000);
    expect(world.queue.sent).toBe(1_111);
  });

  it('has the same result when every message comes twice, and one crashes after any of its steps', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.infiniteStream(fc.nat()), async (parts, picks) => {
        const world = memoryEngine([letters]);
        const computation = await accepted(world, letters, parts);
        const pick = (length: number) => (picks.next().value ?? 0) % length;
        let budget = 3 * parts + 10;
        while (world.queue.bodies.length > 0) {
          const [body = ''] = world.queue.bodies.splice(pick(world.queue.bodies.length), 1);
          // A crash right after the reporting write: the store did its work, the worker never heard of it.
          const crash = budget > 0 && pick(3) === 0;
          if (budget > 0 && pick(2) === 0) world.queue.bodies.push(body);
          budget -= 1;
          if (!crash) await world.deliver(body);
          else {
            const { fillSlot } = world.store;
            world.store.fillSlot = async (...args) => {
              await fillSlot(...args);
              throw new Error('crashed');
            };
            await world.deliver(body).catch(() => world.queue.bodies.push(body));
            world.store.fillSlot = fillSlot;
          }
        }
        expect(await world.store.read(computation)).toMatchObject({
          status: 'succeeded',
          result: await foldTree(letters, { parts }),
        });
      }),
      { numRuns: 50 },
    );
  });

  it('shows its progress in parts that are done', async () => {
    const world = memoryEngine([letters]);
    const computation = await accepted(world, letters, 25);
    const progress = async () => (await read(world, computation))?.progress;
    expect(await progress()).toEqual({ done: 0, total: 25 });
    let last = 0;
    while (world.queue.bodies.length > 0) {
      await world.deliver(world.queue.bodies.shift() ?? '');
      const { done = -1 } = (await progress()) ?? {};
      expect(done).toBe(world.count('computed'));
      expect(done).toBeGreaterThanOrEqual(last);
      last = done;
    }
    expect(await progress()).toEqual({ done: 25, total: 25 });
  });

  it('shows its progress in steps of a few parts when it has hundreds, never going back', async () => {
    const world = memoryEngine([letters]);
    const computation = await accepted(world, letters, 250);
    const seen: number[] = [];
    while (world.queue.bodies.length > 0) {
      await world.deliver(world.queue.bodies.shift() ?? '');
      seen.push((await read(world, computation))?.progress.done ?? -1);
    }
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(new Set(seen).size).toBeGreaterThan(100);
  });

  it('is running from its first message on, and remembers when it started and finished', async () => {
    const world = memoryEngine([letters]);
    const computation = await accepted(world);
    world.clock.advance(1_000);
    await world.deliver(world.queue.bodies.shift() ?? '');
    expect(await world.store.read(computation)).toMatchObject({
      status: 'running',
      startedAt: computation.createdAt + 1_000,
    });
    world.clock.advance(2_000);
    await world.drain();
    expect(await world.store.read(computation)).toMatchObject({ finishedAt: computation.createdAt + 3_000 });
  });

  it('heals from its root alone, without computing again what was reported', async () => {
    const world = memoryEngine([letters]);
    const computation = await accepted(world, letters, 100);
    const root = world.queue.bodies[0] ?? '';
    for (let delivered = 0; delivered < 60; delivered += 1)
      await world.deliver(world.queue.bodies.shift() ?? '');
    world.queue.bodies.length = 0;
    await world.deliver(root);
    await world.drain();
    expect(await world.store.read(computation)).toMatchObject({ status: 'succeeded' });
    expect(world.count('computed')).toBe(100);
  });
});

describe('a cancelled computation', () => {
  it('gets no result, and its remaining parts are not computed', async () => {
    const world = memoryEngine([letters]);
    const computation = await accepted(world, letters, 30);
    for (let delivered = 0; delivered < 10; delivered += 1)
      await world.deliver(world.queue.bodies.shift() ?? '');
    const before = world.count('computed');
    await cancel(world, computation);
    world.clock.advance(1_001);
    await world.drain();
    expect(world.count('computed')).toBe(before);
    expect(await world.store.read(computation)).toMatchObject({ status: 'cancelled' });
  });

  it('gets no result even from a worker that has not heard of it yet', async () => {
    const world = memoryEngine([letters]);
    const computation = await accepted(world, letters, 10);
    await world.deliver(world.queue.bodies.shift() ?? '');
    await cancel(world, computation);
    await world.drain();
    expect(await world.store.read(computation)).toMatchObject({ status: 'cancelled' });
  });

  it('goes on from the parts that it has when it is retried, deaf to messages of its earlier attempt', async () => {
    const world = memoryEngine([letters]);
    const computation = await accepted(world, letters, 30);
    for (let delivered = 0; delivered < 15; delivered += 1)
      await world.deliver(world.queue.bodies.shift() ?? '');
    const late = world.queue.bodies.splice(0);
    await cancel(world, computation);
    expect(await retry(world, computation)).toMatchObject({ applied: { status: 'queued', attempt: 2 } });
    await world.drain();
    expect(await world.store.read(computation)).toMatchObject({
      status: 'succeeded',
      result: await foldTree(letters, { parts: 30 }),
    });
    expect(world.count('computed')).toBe(30);
    const sent = world.queue.sent;
    for (const body of late) await world.deliver(body);
    expect(world.count('computed')).toBe(30);
    expect(world.queue.sent).toBe(sent);
  });
});

describe('a kernel that fails', () => {
  it('fails the computation at once when it refuses', async () => {
    const kernel = moody('picky', { refuses: [3] });
    const world = memoryEngine([kernel]);
    const computation = await accepted(world, kernel, 10);
    await world.drain();
    expect(await world.store.read(computation)).toMatchObject({
      status: 'failed',
      error: { type: 'urn:test:refused', detail: 'part 3 is out of the domain' },
    });
  });

  it('is tried three times when it throws, and then fails the computation with what it threw', async () => {
    const kernel = moody('broken', { throws: [3] });
    const world = memoryEngine([kernel]);
    const computation = await accepted(world, kernel, 10);
    await world.deliver(world.queue.bodies.shift() ?? '');
    const body = takePart(world, 3);
    await expect(world.deliver(body, 1)).rejects.toThrow(KernelException);
    await expect(world.deliver(body, 2)).rejects.toThrow(KernelException);
    expect(await world.store.read(computation)).toMatchObject({ status: 'running' });
    await world.deliver(body, 3);
    expect(await world.store.read(computation)).toMatchObject({
      status: 'failed',
      error: { title: 'The computation failed', detail: 'TypeError: part 3 is broken' },
    });
  });

  it('fails the computation when a partial result or the result is larger than can be kept', async () => {
    const large = { ...letters, name: 'large', compute: () => 'x'.repeat(40_000) };
    const world = memoryEngine([large]);
    const split = await accepted(world, large, 2);
    const lone = await accepted(world, { ...large, name: 'large' }, 1);
    await world.drain();
    for (const computation of [split]) {
      expect(await world.store.read(computation)).toMatchObject({
        status: 'failed',
        error: { title: /refused/ },
      });
    }
    expect(await world.store.read(lone)).toMatchObject({ status: 'succeeded' });
    const huge = { ...letters, name: 'huge', compute: () => 'x'.repeat(70_000) };
    const other = memoryEngine([huge]);
    const computation = await accepted(other, huge, 1);
    await other.drain();
    expect(await other.store.read(computation)).toMatchObject({ status: 'failed' });
  });
});

describe('a message', () => {
  it('of which nothing can ever be made is settled at once', async () => {
    const world = memoryEngine([letters]);
    for (const body of [
      '',
      'nonsense',
      '[]',
      '{}',
      '{"format":1}',
      '{"format":1,"kind":"node","level":-1}',
    ]) {
      await world.deliver(body);
    }
    expect(world.events).toEqual(Array(6).fill({ event: 'discarded', reason: 'unreadable' }));
  });

  it('of a later format, or for a type or version that this worker does not know, is kept for another', async () => {
    const world = memoryEngine([letters]);
    await expect(world.deliver('{"format":2}')).rejects.toThrow(UnknownWorkError);
    await accepted(world, { ...letters, name: 'unheard-of' });
    await expect(world.deliver(world.queue.bodies.shift() ?? '')).rejects.toThrow(UnknownWorkError);
    await accepted(world, { ...letters, version: 2 });
    await expect(world.deliver(world.queue.bodies.shift() ?? '')).rejects.toThrow(UnknownWorkError);
  });

  it('of an earlier life of the id reaches nothing in a later one', async () => {
    const world = memoryEngine([letters]);
    const computation = await accepted(world, letters, 10);
    await world.deliver(world.queue.bodies.shift() ?? '');
    const late = world.queue.bodies.splice(0);
    world.store.computations.clear();
    world.clock.advance(1_001);
    for (const body of late) await world.deliver(body);
    await world.store.create(
      { ...computation, epoch: 'another' },
      { deadline: Number.MAX_SAFE_INTEGER, visit: { at: 0, intervalMs: 1, lastDone: 0 } },
      10,
    );
    for (const body of late) await world.deliver(body);
    expect(world.count('computed')).toBe(0);
    expect(await world.store.read(computation)).toMatchObject({ status: 'queued', epoch: 'another' });
  });

  it('is not taken for stale because a read was', async () => {
    const world = memoryEngine([letters]);
    const computation = await accepted(world, letters, 1);
    const { readEventual } = world.store;
    world.store.readEventual = async (...args) => ({
      ...(await readEventual(...args)),
      computation: undefined,
    });
    await world.drain();
    expect(await world.store.read(computation)).toMatchObject({ status: 'succeeded' });
  });

  it('of an attempt past its deadline fails the computation', async () => {
    const world = memoryEngine([letters]);
    const computation = await accepted(world, letters, 10);
    world.clock.advance(world.limits.maxAgeMs + 1);
    await world.drain();
    expect(await world.store.read(computation)).toMatchObject({
      status: 'failed',
      error: { type: 'urn:test:too-old' },
    });
  });
});

describe('a dead letter', () => {
  it('fails its computation', async () => {
    const world = memoryEngine([letters]);
    const computation = await accepted(world, letters, 10);
    await world.deliver(world.queue.bodies.shift() ?? '');
    await failFromDeadLetter(world, takePart(world, 4));
    expect(await world.store.read(computation)).toMatchObject({
      status: 'failed',
      error: { type: 'urn:test:crashed' },
    });
  });

  it('of the root fails its computation', async () => {
    const world = memoryEngine([letters]);
    const computation = await accepted(world, letters, 10);
    await failFromDeadLetter(world, world.queue.bodies.shift() ?? '');
    expect(await world.store.read(computation)).toMatchObject({ status: 'failed' });
  });

  it('does nothing when another message did its work', async () => {
    const world = memoryEngine([letters]);
    const computation = await accepted(world, letters, 10);
    await world.deliver(world.queue.bodies.shift() ?? '');
    const body = takePart(world, 4);
    await world.deliver(body);
    await failFromDeadLetter(world, body);
    expect(await world.store.read(computation)).toMatchObject({ status: 'running' });
  });

  it('of an earlier attempt cannot fail a later one', async () => {
    const world = memoryEngine([letters]);
    const computation = await accepted(world, letters, 10);
    const body = world.queue.bodies.shift() ?? '';
    await cancel(world, computation);
    await retry(world, computation);
    await failFromDeadLetter(world, body);
    expect(await world.store.read(computation)).toMatchObject({ status: 'queued', attempt: 2 });
  });

  it('that nobody can read is settled', async () => {
    const world = memoryEngine([letters]);
    await failFromDeadLetter(world, 'nonsense');
    await failFromDeadLetter(world, '{"format":2}');
    expect(world.count('discarded')).toBe(2);
  });
});

describe('a worker', () => {
  it('reads a status at most once a second', async () => {
    const world = memoryEngine([letters]);
    await accepted(world, letters, 10);
    let read = 0;
    const { readEventual } = world.store;
    world.store.readEventual = (ref, nodes, options) => {
      if (options.computation) read += 1;
      return readEventual(ref, nodes, options);
    };
    await world.drain();
    expect(read).toBe(1);
  });
});
