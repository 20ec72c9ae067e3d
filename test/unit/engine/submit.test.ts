import { describe, expect, it } from 'vitest';
import type { Failure } from '../../../functions/lib/engine/computation.ts';
import { cancel, list, read, remove } from '../../../functions/lib/engine/manage.ts';
import { type Identity, retry, submit } from '../../../functions/lib/engine/submit.ts';
import { sweep } from '../../../functions/lib/engine/sweep.ts';
import { attemptEnd } from '../../../functions/lib/engine/timing.ts';
import { memoryEngine } from '../../support/engine.ts';
import { letters } from '../../support/kernels.ts';

const error: Failure = { type: 'about:blank', title: 'Failed', detail: 'for the test' };
const content = { by: 'content', id: 'same' } as const;
const keyed = (key: string, payload: string): Identity => ({
  by: 'key',
  digests: { key, payload },
  candidate: (n) => `candidate-${n}`,
});

const setUp = () => {
  const world = memoryEngine([letters]);
  return {
    ...world,
    post: (identity: Identity, tenant = 'tenant') =>
      submit(world, {
        tenant,
        type: 'letters',
        version: 1,
        input: { parts: 20 },
        kind: 'parallel',
        total: 20,
        identity,
      }),
    fail: async (id: string) => {
      const found = await world.store.read({ tenant: 'tenant', id });
      if (found !== undefined) await world.store.fail(found, found.attempt, error, attemptEnd(world));
    },
    past: (ms: number) => world.clock.advance(ms),
    sweep: (all = false) => sweep(world, { all, remainingMs: () => 60_000 }),
  };
};

describe('the same pure work', () => {
  it('is accepted once, and found from then on, running or finished', async () => {
    const world = setUp();
    expect(await world.post(content)).toMatchObject({
      outcome: 'accepted',
      computation: { status: 'queued' },
    });
    expect(await world.post(content)).toMatchObject({ outcome: 'found', computation: { status: 'queued' } });
    await world.drain();
    expect(await world.post(content)).toMatchObject({
      outcome: 'found',
      computation: { status: 'succeeded' },
    });
    expect(world.count('computed')).toBe(20);
  });

  it('is retried when it failed or was cancelled', async () => {
    const world = setUp();
    await world.post(content);
    await world.fail('same');
    expect(await world.post(content)).toMatchObject({ outcome: 'restarted', computation: { attempt: 2 } });
    await cancel(world, { tenant: 'tenant', id: 'same' });
    expect(await world.post(content)).toMatchObject({ outcome: 'restarted', computation: { attempt: 3 } });
  });

  it('of another tenant is another computation', async () => {
    const world = setUp();
    await world.post(content);
    expect(await world.post(content, 'other')).toMatchObject({ outcome: 'accepted' });
  });

  it('is new, with another epoch, after it expired or was deleted', async () => {
    const world = setUp();
    await world.post(content);
    await world.drain();
    const before = await world.store.read({ tenant: 'tenant', id: 'same' });
    world.past(world.limits.retentionMs + 1_000);
    expect(await read(world, { tenant: 'tenant', id: 'same' })).toBeUndefined();
    expect(await list(world, 'tenant', {}, undefined, 10)).toMatchObject({ computations: [] });
    const again = await world.post(content);
    expect(again).toMatchObject({ outcome: 'accepted', computation: { attempt: 1 } });
    expect('computation' in again && again.computation.epoch).not.toBe(before?.epoch);
    await world.drain();
    expect(await remove(world, { tenant: 'tenant', id: 'same' })).toEqual({ applied: true });
    expect(await world.post(content)).toMatchObject({ outcome: 'accepted' });
  });
});

describe('an Idempotency-Key', () => {
  it('answers what the first request made, and never restarts it', async () => {
    const world = setUp();
    await world.post(keyed('a', 'payload'));
    await cancel(world, { tenant: 'tenant', id: 'candidate-0' });
    expect(await world.post(keyed('a', 'payload'))).toMatchObject({
      outcome: 'found',
      computation: { status: 'cancelled' },
    });
  });

  it('is refused for another payload', async () => {
    const world = setUp();
    await world.post(keyed('a', 'payload'));
    expect(await world.post(keyed('a', 'other'))).toEqual({ outcome: 'key-reused' });
  });

  it('takes the next id when another key had the same one', async () => {
    const world = setUp();
    await world.post(keyed('a', 'payload'));
    expect(await world.post(keyed('b', 'payload'))).toMatchObject({
      outcome: 'accepted',
      computation: { id: 'candidate-1' },
    });
    expect(await world.post(keyed('b', 'payload'))).toMatchObject({
      outcome: 'found',
      computation: { id: 'candidate-1' },
    });
  });
});

describe('a submission that was stored but not sent', () => {
  it('is accepted all the same, and sent by the sweeper', async () => {
    const world = setUp();
    const { send } = world.queue;
    world.queue.send = async () => {
      throw new Error('no answer');
    };
    expect(await world.post(content)).toMatchObject({ outcome: 'accepted' });
    expect(world.count('send-failed')).toBe(1);
    world.queue.send = send;
    await world.sweep();
    expect(world.queue.bodies).toHaveLength(0);
    world.past(60_001);
    await world.sweep();
    await world.drain();
    expect(await world.store.read({ tenant: 'tenant', id: 'same' })).toMatchObject({ status: 'succeeded' });
  });
});

describe('the sweeper', () => {
  it('looks half as often each time nothing has moved', async () => {
    const world = setUp();
    await world.post(content);
    world.queue.bodies.length = 0;
    const sentAfter: number[] = [];
    for (let second = 0; second < 1_000; second += 60) {
      const { sent } = world.queue;
      await world.sweep();
      if (world.queue.sent > sent) sentAfter.push(second);
      world.past(60_000);
    }
    expect(sentAfter).toEqual([60, 180, 420, 900]);
  });

  it('leaves alone what moves', async () => {
    const world = setUp();
    await world.post(content);
    for (let minute = 0; minute < 15; minute += 1) {
      await world.deliver(world.queue.bodies.shift() ?? '');
      world.past(61_000);
      const { sent } = world.queue;
      await world.sweep();
      if (minute > 2) expect(world.queue.sent).toBe(sent);
    }
  });

  it('visits everything when it is told that a queue has lost its messages', async () => {
    const world = setUp();
    await world.post(content);
    for (let delivered = 0; delivered < 5; delivered += 1)
      await world.deliver(world.queue.bodies.shift() ?? '');
    world.queue.bodies.length = 0;
    await world.sweep(true);
    await world.drain();
    expect(await world.store.read({ tenant: 'tenant', id: 'same' })).toMatchObject({ status: 'succeeded' });
    expect(world.count('computed')).toBe(20);
  });

  it('sends once when two sweep at the same time', async () => {
    const world = setUp();
    await world.post(content);
    world.queue.bodies.length = 0;
    world.past(60_001);
    await Promise.all([world.sweep(), world.sweep()]);
    expect(world.queue.bodies).toHaveLength(1);
  });

  it('does not restart what has finished', async () => {
    const world = setUp();
    await world.post(content);
    await world.drain();
    world.store.listDue = async function* () {
      yield { tenant: 'tenant', id: 'same' };
    };
    await world.sweep(true);
    expect(world.queue.bodies).toHaveLength(0);
  });

  it('fails an attempt that has taken too long', async () => {
    const world = setUp();
    await world.post(content);
    world.queue.bodies.length = 0;
    world.past(world.limits.maxAgeMs + 1);
    await world.sweep();
    expect(await world.store.read({ tenant: 'tenant', id: 'same' })).toMatchObject({
      status: 'failed',
      error: { type: 'urn:test:too-old' },
    });
  });

  it('goes on with the others when one cannot be visited, and says so at the end', async () => {
    const world = setUp();
    await world.post(content);
    await world.post({ by: 'content', id: 'other' });
    world.queue.bodies.length = 0;
    world.past(60_001);
    const { read: readOne } = world.store;
    world.store.read = async (key) => {
      if (key.id === 'same') throw new Error('throttled');
      return readOne(key);
    };
    await expect(world.sweep()).rejects.toThrow('1 visits failed');
    expect(world.queue.bodies).toHaveLength(1);
  });
});

describe('managing a computation', () => {
  it('cancels what is active, and refuses what is finished', async () => {
    const world = setUp();
    await world.post(content);
    const key = { tenant: 'tenant', id: 'same' };
    expect(await cancel(world, key)).toMatchObject({ applied: { status: 'cancelled' } });
    expect(await cancel(world, key)).toMatchObject({ refused: { status: 'cancelled' } });
    expect(await cancel(world, { tenant: 'other', id: 'same' })).toEqual({ refused: undefined });
  });

  it('deletes what is finished, and refuses what is active', async () => {
    const world = setUp();
    await world.post(content);
    const key = { tenant: 'tenant', id: 'same' };
    expect(await remove(world, key)).toMatchObject({ refused: { status: 'queued' } });
    await world.drain();
    expect(await remove(world, key)).toEqual({ applied: true });
    expect(await remove(world, key)).toEqual({ refused: undefined });
  });

  it('knows nothing of what has expired', async () => {
    const world = setUp();
    await world.post(content);
    const key = { tenant: 'tenant', id: 'same' };
    await cancel(world, key);
    world.past(world.limits.retentionMs + 1_000);
    expect(await retry(world, key)).toEqual({ refused: undefined });
    expect(await cancel(world, key)).toEqual({ refused: undefined });
    expect(await remove(world, key)).toEqual({ refused: undefined });
  });

  it('lists newest first, page by page, filtered by status and type', async () => {
    const world = setUp();
    for (const id of ['a', 'b', 'c', 'd', 'e']) {
      await world.post({ by: 'content', id });
      world.past(1_000);
    }
    await cancel(world, { tenant: 'tenant', id: 'b' });
    const first = await list(world, 'tenant', {}, undefined, 2);
    expect(first.computations.map(({ id }) => id)).toEqual(['e', 'd']);
    const second = await list(world, 'tenant', {}, first.next, 2);
    expect(second.computations.map(({ id }) => id)).toEqual(['c', 'b']);
    const third = await list(world, 'tenant', {}, second.next, 2);
    expect(third).toMatchObject({ computations: [{ id: 'a' }], next: undefined });
    const filtered = await list(world, 'tenant', { status: 'cancelled' }, undefined, 10);
    expect(filtered.computations.map(({ id }) => id)).toEqual(['b']);
    expect((await list(world, 'tenant', { type: 'other' }, undefined, 10)).computations).toEqual([]);
    expect((await list(world, 'other', {}, undefined, 10)).computations).toEqual([]);
  });
});
