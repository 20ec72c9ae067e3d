import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cancel, read } from '../../../functions/lib/engine/manage.ts';
import { retry } from '../../../functions/lib/engine/submit.ts';
import { foldTree, memoryEngine } from '../../support/engine.ts';
import { letters } from '../../support/kernels.ts';

describe('a computation of many parts', () => {
  it('has the result of the tree folded in one process, whatever the order of delivery', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 250 }),
        fc.infiniteStream(fc.nat()),
        async (parts, picks) => {
          const world = memoryEngine([letters]);
          const computation = await world.accept(letters, { parts: parts });
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
    await world.accept(letters, { parts: 1_000 });
    await world.drain();
    expect(world.count('computed')).toBe(1_000);
    expect(world.queue.sent).toBe(1_111);
  });

  it('has the same result when messages come twice and workers crash after any step', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.infiniteStream(fc.nat()), async (parts, picks) => {
        const world = memoryEngine([letters]);
        const computation = await world.accept(letters, { parts: parts });
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

  it('shows as progress how many parts are done', async () => {
    const world = memoryEngine([letters]);
    const computation = await world.accept(letters, { parts: 25 });
    const progress = async () => (await read(world, computation))?.progress;
    expect(await progress()).toEqual({ done: 0, total: 25 });
    let last = 0;
    while (world.queue.bodies.length > 0) {
      await world.deliver(world.take());
      const { done = -1 } = (await progress()) ?? {};
      expect(done).toBe(world.count('computed'));
      expect(done).toBeGreaterThanOrEqual(last);
      last = done;
    }
    expect(await progress()).toEqual({ done: 25, total: 25 });
  });

  it('shows a progress that never decreases, in steps of a few parts, when it has hundreds', async () => {
    const world = memoryEngine([letters]);
    const computation = await world.accept(letters, { parts: 250 });
    const seen: number[] = [];
    while (world.queue.bodies.length > 0) {
      await world.deliver(world.take());
      seen.push((await read(world, computation))?.progress.done ?? -1);
    }
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(new Set(seen).size).toBeGreaterThan(100);
  });

  it('is running from its first message on, and records when it started and finished', async () => {
    const world = memoryEngine([letters]);
    const computation = await world.accept(letters, { parts: 23 });
    world.clock.advance(1_000);
    await world.deliver(world.take());
    expect(await world.store.read(computation)).toMatchObject({
      status: 'running',
      startedAt: computation.createdAt + 1_000,
    });
    world.clock.advance(2_000);
    await world.drain();
    expect(await world.store.read(computation)).toMatchObject({ finishedAt: computation.createdAt + 3_000 });
  });

  it('resumes from its root message alone, without computing a reported part again', async () => {
    const world = memoryEngine([letters]);
    const computation = await world.accept(letters, { parts: 100 });
    const root = world.queue.bodies[0] ?? '';
    for (let delivered = 0; delivered < 60; delivered += 1) await world.deliver(world.take());
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
    const computation = await world.accept(letters, { parts: 30 });
    for (let delivered = 0; delivered < 10; delivered += 1) await world.deliver(world.take());
    const before = world.count('computed');
    await cancel(world, computation);
    world.clock.advance(1_001);
    await world.drain();
    expect(world.count('computed')).toBe(before);
    expect(await world.store.read(computation)).toMatchObject({ status: 'cancelled' });
  });

  it('gets no result even from a worker that still has the old status', async () => {
    const world = memoryEngine([letters]);
    const computation = await world.accept(letters, { parts: 10 });
    await world.deliver(world.take());
    await cancel(world, computation);
    await world.drain();
    expect(await world.store.read(computation)).toMatchObject({ status: 'cancelled' });
  });

  it('resumes from its parts on retry, and ignores messages of the earlier attempt', async () => {
    const world = memoryEngine([letters]);
    const computation = await world.accept(letters, { parts: 30 });
    for (let delivered = 0; delivered < 15; delivered += 1) await world.deliver(world.take());
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
