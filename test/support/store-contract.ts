import { expect, it } from 'vitest';
import type { ComputationStore } from '../../functions/lib/engine/ports.ts';
import { endAt, error, START, startAt, submission } from './store-operations.ts';

const key = { tenant: 'tenant', id: 'a' };
const later = START + 60_000;

/** What `ComputationStore` promises, of a store that `fresh` makes empty. */
export const keepsTheContractOfStores = (fresh: () => Promise<ComputationStore>): void => {
  const created = async () => {
    const store = await fresh();
    await store.create(submission('a', 'one'), startAt(START), 25);
    return store;
  };

  it('creates a computation once', async () => {
    const store = await created();
    expect(await store.create(submission('a', 'two'), startAt(START), 25)).toMatchObject({
      refused: { epoch: 'one', status: 'queued', attempt: 1, total: 25, input: { parts: 25, scale: -0.5 } },
    });
  });

  it('takes a repeated create for its own', async () => {
    const store = await created();
    expect(await store.create(submission('a', 'one'), startAt(START), 25)).toMatchObject({
      applied: { epoch: 'one' },
    });
  });

  it('replaces what has expired, though it is still there', async () => {
    const store = await created();
    await store.succeed(submission('a', 'one'), { text: '' }, 25, endAt(START));
    const soon = submission('a', 'two', { createdAt: START + 3_599_000 });
    expect(await store.create(soon, startAt(later), 25)).toMatchObject({ refused: { epoch: 'one' } });
    const expired = submission('a', 'two', { createdAt: START + 3_600_000 });
    expect(await store.create(expired, startAt(later), 25)).toMatchObject({ applied: { epoch: 'two' } });
    expect(await store.read(key)).not.toHaveProperty('result');
  });

  it('starts what is queued, in this life of its id and in this attempt', async () => {
    const store = await created();
    await store.start(submission('a', 'two'), 1, later);
    await store.start(submission('a', 'one'), 2, later);
    expect(await store.read(key)).toMatchObject({ status: 'queued' });
    await store.start(submission('a', 'one'), 1, later);
    await store.start(submission('a', 'one'), 1, later + 1);
    expect(await store.read(key)).toMatchObject({ status: 'running', startedAt: later });
  });

  it('gives no result to what is over, nor to another life', async () => {
    const store = await created();
    expect(await store.succeed(submission('a', 'two'), 1, 25, endAt(later))).toBe(false);
    await store.cancel(key, 'x', endAt(later));
    expect(await store.succeed(submission('a', 'one'), 1, 25, endAt(later))).toBe(false);
    expect(await store.read(key)).toMatchObject({ status: 'cancelled' });
  });

  it('fails an attempt only while it is the current one', async () => {
    const store = await created();
    await store.cancel(key, 'x', endAt(later));
    await store.retry(key, 'y', later, startAt(later));
    expect(await store.fail(submission('a', 'one'), 1, error, endAt(later))).toBe(false);
    expect(await store.fail(submission('a', 'one'), 2, error, endAt(later))).toBe(true);
    expect(await store.read(key)).toMatchObject({ status: 'failed', error, attempt: 2 });
  });

  it('takes a repeated cancel or retry for its own, and refuses another', async () => {
    const store = await created();
    expect(await store.cancel(key, 'x', endAt(later))).toMatchObject({ applied: { status: 'cancelled' } });
    expect(await store.cancel(key, 'x', endAt(later))).toMatchObject({ applied: { status: 'cancelled' } });
    expect(await store.cancel(key, 'y', endAt(later))).toMatchObject({ refused: { status: 'cancelled' } });
    expect(await store.retry(key, 'y', later, startAt(later))).toMatchObject({ applied: { attempt: 2 } });
    expect(await store.retry(key, 'y', later, startAt(later))).toMatchObject({ applied: { attempt: 2 } });
    expect(await store.retry(key, 'z', later, startAt(later))).toMatchObject({ refused: { attempt: 2 } });
  });

  it('does not apply a repeated cancel or retry again, whatever others have done since', async () => {
    const store = await created();
    await store.cancel(key, 'x', endAt(later));
    await store.retry(key, 'y', later, startAt(later));
    expect(await store.cancel(key, 'x', endAt(later))).toMatchObject({ applied: { status: 'queued' } });
    await store.cancel(key, 'z', endAt(later));
    expect(await store.retry(key, 'y', later, startAt(later))).toMatchObject({
      applied: { status: 'cancelled', attempt: 2 },
    });
    expect(await store.read(key)).toMatchObject({ status: 'cancelled', attempt: 2 });
  });

  it('takes a repeated create for its own, though it has finished', async () => {
    const store = await created();
    await store.succeed(submission('a', 'one'), { text: '' }, 25, endAt(START));
    expect(await store.create(submission('a', 'one'), startAt(START), 25)).toMatchObject({
      applied: { epoch: 'one', status: 'succeeded' },
    });
  });

  it('fills a slot once, and answers with the record either way', async () => {
    const store = await created();
    const ref = submission('a', 'one');
    const node = { level: 1, index: 0 };
    const first = await store.fillSlot(ref, node, 3, Uint8Array.of(1), START);
    const second = await store.fillSlot(ref, node, 3, Uint8Array.of(2), START);
    expect([first.slots[3], second.slots[3]]).toEqual([Uint8Array.of(1), Uint8Array.of(1)]);
    expect((await store.readNodes({ ...ref, epoch: 'two' }, [node]))[0]?.slots[3]).toBeUndefined();
  });

  it('replaces exactly the checkpoint that was started from', async () => {
    const store = await created();
    const ref = submission('a', 'one');
    const at = (from: number, step: number) => ({
      from,
      step,
      attempt: 1,
      hops: 1,
      state: Uint8Array.of(step),
      done: step,
      total: 9,
    });
    expect(await store.writeCheckpoint(ref, at(0, 3), 'x', START)).toBe(true);
    expect(await store.writeCheckpoint(ref, at(0, 4), 'y', START)).toBe(false);
    expect(await store.writeCheckpoint(ref, at(0, 3), 'x', START)).toBe(true);
    expect(await store.writeCheckpoint(ref, at(3, 5), 'y', START)).toBe(true);
    expect(await store.readCheckpoint(ref)).toEqual(at(3, 5));
  });

  it('lets one of two sweepers claim a visit', async () => {
    const store = await created();
    const next = { at: later + 1, intervalMs: 120_000, lastDone: 7 };
    expect(await store.rescheduleVisit(submission('a', 'one'), START + 60_000, next, 'x')).toBe(true);
    expect(await store.rescheduleVisit(submission('a', 'one'), START + 60_000, next, 'y')).toBe(false);
    expect(await store.read(key)).toMatchObject({ visit: next });
  });

  it('takes a repeated claim for its own, while the computation is active', async () => {
    const store = await created();
    const next = { at: later + 1, intervalMs: 120_000, lastDone: 7 };
    const claim = () => store.rescheduleVisit(submission('a', 'one'), START + 60_000, next, 'x');
    expect([await claim(), await claim()]).toEqual([true, true]);
    await store.cancel(key, 'z', endAt(later));
    expect(await claim()).toBe(false);
  });

  it('keeps tenants apart', async () => {
    const store = await created();
    const other = { tenant: 'other', id: 'a' };
    expect(await store.read(other)).toBeUndefined();
    expect(await store.cancel(other, 'x', endAt(later))).toEqual({ refused: undefined });
    expect((await store.list('other', undefined, 10)).keys).toEqual([]);
  });
};
