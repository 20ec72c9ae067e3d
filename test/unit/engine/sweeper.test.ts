import { describe, expect, it } from 'vitest';
import { cancel } from '../../../functions/lib/engine/manage.ts';
import { sweep } from '../../../functions/lib/engine/sweep.ts';
import { memoryEngine } from '../../support/engine.ts';
import { counter, letters } from '../../support/kernels.ts';

const HOUR = 3_600_000;

const world = async (count = 1) => {
  const made = memoryEngine([letters]);
  const ids: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const submitted = await made.submit(letters, { parts: 20 });
    if ('computation' in submitted) ids.push(submitted.computation.id);
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

describe('the sweeper', () => {
  it('visits from the very moment on that a visit is due', async () => {
    const made = await world();
    made.clock.advance(59_999);
    await made.sweep();
    expect(made.events).toEqual([]);
    made.clock.advance(1);
    await made.sweep();
    expect(made.events).toEqual([{ event: 'swept', id: made.key.id, action: 'sent' }]);
  });

  it('trusts the record, not the index, which may be late', async () => {
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

  it('sends the message that heals the tree, and records what it saw', async () => {
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

  it('says that what has moved is healthy, and looks again after the first interval', async () => {
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

  it('sends even what has moved, and is not due, when it is told to visit everything', async () => {
    const made = await world();
    const computation = await made.store.read(made.key);
    if (computation === undefined) throw new Error('there is none');
    await made.store.start(computation, 1, made.clock.now());
    await made.store.fillSlot(computation, { level: 2, index: 0 }, 0, Uint8Array.of(1), 0);
    await made.sweep(true);
    expect(made.events).toEqual([{ event: 'swept', id: made.key.id, action: 'sent' }]);
    expect(made.queue.bodies).toHaveLength(1);
  });

  it('visits again with the run of the schedule a whole interval later, though a visit takes its time', async () => {
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

  it('stays away for an hour at most', async () => {
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

  it('leaves a visit to the sweeper that claimed it', async () => {
    const made = await world();
    made.clock.advance(60_000);
    made.store.rescheduleVisit = async () => false;
    await made.sweep();
    expect([made.events, made.queue.bodies]).toEqual([[], []]);
  });

  it('goes on while five seconds are left, and leaves the rest to the next sweep', async () => {
    const made = await world(3);
    made.clock.advance(60_000);
    const left = [5_000, 5_000, 4_999];
    await made.sweep(false, () => left.shift() ?? 0);
    expect(made.events.map(({ event }) => event)).toEqual(['swept', 'swept']);
    await made.sweep();
    expect(made.count('swept')).toBe(3);
  });

  it('throws what each visit failed with', async () => {
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

  it('sends a sequence on from its last checkpoint', async () => {
    const kernel = counter();
    const made = memoryEngine([kernel]);
    const submitted = await made.submit(kernel, { to: 30 });
    if (!('computation' in submitted)) throw new Error(submitted.outcome);
    const { computation } = submitted;
    const checkpoint = { step: 5, from: 0, attempt: 1, hops: 1, state: Uint8Array.of(1), done: 5, total: 30 };
    await made.store.writeCheckpoint(computation, checkpoint, 'x', 0);
    await sweep(made, { all: true, remainingMs: () => 60_000 });
    const { tenant, id, epoch } = computation;
    const first = { format: 1, kind: 'sequence', tenant, id, epoch, attempt: 1, since: 0 };
    expect(made.queue.bodies.map((body) => JSON.parse(body))).toEqual([first, { ...first, since: 5 }]);
  });
});
