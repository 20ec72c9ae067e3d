import { describe, expect, it } from 'vitest';
import { cancel, list, remove } from '../../../functions/lib/engine/manage.ts';
import type { ComputationStore } from '../../../functions/lib/engine/ports.ts';
import { retry } from '../../../functions/lib/engine/submit.ts';
import { memoryEngine } from '../../support/engine.ts';
import { letters } from '../../support/kernels.ts';
import { submissionEngine } from '../../support/submissions.ts';

const content = { by: 'content', id: 'same' } as const;

describe('managing a computation', () => {
  it('cancels what is active, and refuses what is finished', async () => {
    const world = submissionEngine();
    await world.post(content);
    const key = { tenant: 'tenant', id: 'same' };
    expect(await cancel(world, key)).toMatchObject({ applied: { status: 'cancelled' } });
    expect(await cancel(world, key)).toMatchObject({ refused: { status: 'cancelled' } });
    expect(await cancel(world, { tenant: 'other', id: 'same' })).toEqual({ refused: undefined });
  });

  it('deletes what is finished, and refuses what is active', async () => {
    const world = submissionEngine();
    await world.post(content);
    const key = { tenant: 'tenant', id: 'same' };
    expect(await remove(world, key)).toMatchObject({ refused: { status: 'queued' } });
    await world.drain();
    expect(await remove(world, key)).toEqual({ applied: true });
    expect(await remove(world, key)).toEqual({ refused: undefined });
  });

  it('treats an expired computation as none', async () => {
    const world = submissionEngine();
    await world.post(content);
    const key = { tenant: 'tenant', id: 'same' };
    await cancel(world, key);
    world.clock.advance(world.limits.retentionMs + 1_000);
    expect(await retry(world, key)).toEqual({ refused: undefined });
    expect(await cancel(world, key)).toEqual({ refused: undefined });
    expect(await remove(world, key)).toEqual({ refused: undefined });
  });

  it('lists newest first, page by page, filtered by status and type', async () => {
    const world = submissionEngine();
    for (const id of ['a', 'b', 'c', 'd', 'e']) {
      await world.post({ by: 'content', id });
      world.clock.advance(1_000);
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

describe('a page of a list', () => {
  it('leaves out computations that only the index still has, and reads only its tenant’s', async () => {
    const made = submissionEngine();
    await made.post(content);
    const asked: unknown[] = [];
    const { list: listKeys, readMany } = made.store;
    made.store.list = async (...args) => {
      const page = await listKeys(...args);
      return { keys: [...page.keys, { id: 'gone', position: 'x' }], next: 'x' };
    };
    made.store.readMany = (keys: Parameters<ComputationStore['readMany']>[0]) => {
      asked.push(keys);
      return readMany(keys);
    };
    const { id } = content;
    expect(await list(made, 'tenant', {}, undefined, 5)).toEqual({
      computations: [await made.store.read({ tenant: 'tenant', id })],
      next: 'x',
    });
    expect(asked).toEqual([
      [
        { tenant: 'tenant', id },
        { tenant: 'tenant', id: 'gone' },
      ],
    ]);
  });

  it('may be filtered by type and status', async () => {
    const made = submissionEngine();
    await made.post(content);
    const ids = async (filter: Parameters<typeof list>[2]) =>
      (await list(made, 'tenant', filter, undefined, 5)).computations.length;
    expect(await ids({ type: 'letters', status: 'queued' })).toBe(1);
    expect(await ids({ type: 'letters', status: 'failed' })).toBe(0);
    expect(await ids({ type: 'other', status: 'queued' })).toBe(0);
  });
});

it('emits `finished` with the computation’s age on cancel, and nothing when the cancel is refused', async () => {
  const made = memoryEngine([letters]);
  const computation = await made.accept(letters, { parts: 3 });
  const { id } = computation;
  made.clock.advance(1_500);
  await cancel(made, computation);
  await cancel(made, computation);
  await cancel(made, { tenant: 'tenant', id: 'other' });
  expect(made.events).toEqual([{ event: 'finished', id, status: 'cancelled', ageMs: 1_500 }]);
});
