import { describe, expect, it } from 'vitest';
import { cancel } from '../../../functions/lib/engine/manage.ts';
import { sweep } from '../../../functions/lib/engine/sweep.ts';
import { memoryEngine } from '../../support/engine.ts';
import { counter, letters } from '../../support/kernels.ts';
import { submissionEngine } from '../../support/submissions.ts';

const HOUR = 3_600_000;

const world = async (count = 1) => {
  const made = memoryEngine([letters]);
  const ids: string[] = [];
  for (let at = 0; at < count; at += 1) {
    ids.push((await made.accept(letters, { parts: 20 })).id);
  }
  made.queue.bodies.length = 0;
  made.events.length = 0;
  return {
    ...made,
    ids,
    key: { tenant: 'tenant', id: ids[0] ?? '' },
    sweep: (all = false, remainingMs = () => 60_000) => sweep(made, { all, remainingMs }),
  };
};

const content = { by: 'content', id: 'same' } as const;

describe('the sweeper', () => {
  it('visits a computation from the moment at which a visit is due', async () => {
    const made = await world();
    made.clock.advance(59_999);
    await made.sweep();
    expect(made.events).toEqual([]);
    made.clock.advance(1);
    await made.sweep();
    expect(made.events).toEqual([{ event: 'swept', id: made.key.id, action: 'sent' }]);
  });

  it('trusts the record, not the index, which may lag', async () => {
    const made = await world();
    made.store.listDue = async function* () {
      yield made.key;
      yield { tenant: 'tenant', id: 'deleted' };
    };
    await made.sweep();
    expect([made.events, made.queue.bodies]).toEqual([[], []]);
    await cancel(made, made.key);
    made.clock.advance(60_000);
    made.events.length = 0;
    await made.sweep();
    await made.sweep(true);
    expect([made.events, made.queue.bodies]).toEqual([[], []]);
  });

  it('sends the start message, and records progress and next visit', async () => {
    const made = await world();
    const computation = await made.store.read(made.key);
    made.clock.advance(60_000);
    await made.sweep();
    expect(made.queue.bodies.map((body) => JSON.parse(body))).toEqual([
      {
        format: 1,
        kind: 'node',
        tenant: 'tenant',
        id: made.key.id,
        epoch: computation?.epoch,
        attempt: 1,
        parts: 20,
        level: 2,
        index: 0,
      },
    ]);
    const visit = { at: made.clock.now() + 110_000, intervalMs: 120_000, lastDone: 0 };
    expect(await made.store.read(made.key)).toMatchObject({ visit });
  });

  it('reports a computation that moved as healthy, and visits it again after the first interval', async () => {
    const made = await world();
    const computation = await made.store.read(made.key);
    if (computation === undefined) throw new Error('there is none');
    await made.store.start(computation, 1, made.clock.now());
    made.clock.advance(60_000);
    await made.sweep();
    made.queue.bodies.length = 0;
    await made.store.fillSlot(computation, { level: 2, index: 0 }, 0, Uint8Array.of(1), 0);
    made.clock.advance(120_000);
    made.events.length = 0;
    await made.sweep();
    expect(made.events).toEqual([{ event: 'swept', id: made.key.id, action: 'healthy' }]);
    expect(made.queue.bodies).toEqual([]);
    const visit = { at: made.clock.now() + 54_000, intervalMs: 60_000, lastDone: 10 };
    expect(await made.store.read(made.key)).toMatchObject({ visit });
  });

  it('sends even a computation that moved and is not due when it visits everything', async () => {
    const made = await world();
    const computation = await made.store.read(made.key);
    if (computation === undefined) throw new Error('there is none');
    await made.store.start(computation, 1, made.clock.now());
    await made.store.fillSlot(computation, { level: 2, index: 0 }, 0, Uint8Array.of(1), 0);
    await made.sweep(true);
    expect(made.events).toEqual([{ event: 'swept', id: made.key.id, action: 'sent' }]);
    expect(made.queue.bodies).toHaveLength(1);
  });

  it('visits again in the run a whole interval later, although a visit takes time', async () => {
    const made = await world();
    const { read } = made.store;
    made.store.read = async (key) => {
      made.clock.advance(3);
      return read(key);
    };
    const sentAfter: number[] = [];
    const start = made.clock.now();
    for (let minute = 1; minute <= 15; minute += 1) {
      made.clock.advance(start + minute * 60_000 - made.clock.now());
      made.queue.bodies.length = 0;
      await made.sweep();
      if (made.queue.bodies.length > 0) sentAfter.push(minute);
    }
    expect(sentAfter).toEqual([1, 3, 7, 15]);
  });

  it('waits at most an hour between visits', async () => {
    const made = await world();
    for (let visits = 0; visits < 10; visits += 1) {
      made.clock.advance(HOUR);
      await made.sweep();
    }
    const visit = { at: made.clock.now() + HOUR - 10_000, intervalMs: HOUR, lastDone: 0 };
    expect(await made.store.read(made.key)).toMatchObject({ visit });
  });

  it('fails an attempt after its deadline, not at it', async () => {
    const made = await world();
    made.clock.advance(made.limits.maxAgeMs);
    await made.sweep();
    expect(made.events).toEqual([{ event: 'swept', id: made.key.id, action: 'sent' }]);
    made.events.length = 0;
    made.clock.advance(1);
    await made.sweep(true);
    expect(made.events).toEqual([
      { event: 'finished', id: made.key.id, status: 'failed', ageMs: made.limits.maxAgeMs + 1 },
      { event: 'swept', id: made.key.id, action: 'failed' },
    ]);
  });

  it('does nothing when another sweeper has rescheduled the visit', async () => {
    const made = await world();
    made.clock.advance(60_000);
    made.store.rescheduleVisit = async () => false;
    await made.sweep();
    expect([made.events, made.queue.bodies]).toEqual([[], []]);
  });

  it('stops when less than five seconds are left, and leaves the rest to the next run', async () => {
    const made = await world(3);
    made.clock.advance(60_000);
    const left = [5_000, 5_000, 4_999];
    await made.sweep(false, () => left.shift() ?? 0);
    expect(made.events.map(({ event }) => event)).toEqual(['swept', 'swept']);
    await made.sweep();
    expect(made.count('swept')).toBe(3);
  });

  it('throws the causes of all failed visits at the end', async () => {
    const made = await world(2);
    made.clock.advance(60_000);
    const causes = [new Error('throttled'), new Error('no answer')];
    made.store.read = async () => {
      throw causes.shift();
    };
    const error: unknown = await made.sweep().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AggregateError);
    expect(error).toMatchObject({
      message: '2 visits failed',
      errors: [{ message: 'throttled' }, { message: 'no answer' }],
    });
  });

  it('sends a start message that names the last checkpoint of a sequence', async () => {
    const kernel = counter();
    const made = memoryEngine([kernel]);
    const computation = await made.accept(kernel, { to: 30 });
    const checkpoint = { step: 5, from: 0, attempt: 1, hops: 1, state: Uint8Array.of(1), done: 5, total: 30 };
    await made.store.writeCheckpoint(computation, checkpoint, 'x', 0);
    await sweep(made, { all: true, remainingMs: () => 60_000 });
    const { tenant, id, epoch } = computation;
    const first = { format: 1, kind: 'sequence', tenant, id, epoch, attempt: 1, since: 0 };
    expect(made.queue.bodies.map((body) => JSON.parse(body))).toEqual([first, { ...first, since: 5 }]);
  });
});

describe('the sweeper, minute by minute', () => {
  it('doubles the interval each time nothing has moved', async () => {
    const world = submissionEngine();
    await world.post(content);
    world.queue.bodies.length = 0;
    const sentAfter: number[] = [];
    for (let second = 0; second < 1_000; second += 60) {
      const { sent } = world.queue;
      await world.sweep();
      if (world.queue.sent > sent) sentAfter.push(second);
      world.clock.advance(60_000);
    }
    expect(sentAfter).toEqual([60, 180, 420, 900]);
  });

  it('does not send while a computation moves', async () => {
    const world = submissionEngine();
    await world.post(content);
    for (let minute = 0; minute < 15; minute += 1) {
      await world.deliver(world.queue.bodies.shift() ?? '');
      world.clock.advance(61_000);
      const { sent } = world.queue;
      await world.sweep();
      if (minute > 2) expect(world.queue.sent).toBe(sent);
    }
  });

  it('resumes a computation whose messages were lost when it visits everything', async () => {
    const world = submissionEngine();
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
    const world = submissionEngine();
    await world.post(content);
    world.queue.bodies.length = 0;
    world.clock.advance(60_001);
    await Promise.all([world.sweep(), world.sweep()]);
    expect(world.queue.bodies).toHaveLength(1);
  });

  it('does not restart a finished computation', async () => {
    const world = submissionEngine();
    await world.post(content);
    await world.drain();
    world.store.listDue = async function* () {
      yield { tenant: 'tenant', id: 'same' };
    };
    await world.sweep(true);
    expect(world.queue.bodies).toHaveLength(0);
  });

  it('fails an attempt that has taken too long', async () => {
    const world = submissionEngine();
    await world.post(content);
    world.queue.bodies.length = 0;
    world.clock.advance(world.limits.maxAgeMs + 1);
    await world.sweep();
    expect(await world.store.read({ tenant: 'tenant', id: 'same' })).toMatchObject({
      status: 'failed',
      error: { type: 'urn:test:too-old' },
    });
  });

  it('visits the others when one visit fails, and throws at the end', async () => {
    const world = submissionEngine();
    await world.post(content);
    await world.post({ by: 'content', id: 'other' });
    world.queue.bodies.length = 0;
    world.clock.advance(60_001);
    const { read: readOne } = world.store;
    world.store.read = async (key) => {
      if (key.id === 'same') throw new Error('throttled');
      return readOne(key);
    };
    await expect(world.sweep()).rejects.toThrow('1 visits failed');
    expect(world.queue.bodies).toHaveLength(1);
  });
});
