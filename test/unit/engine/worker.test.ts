import { describe, expect, it } from 'vitest';
import { KernelException, UnknownWorkError } from '../../../functions/lib/engine/errors.ts';
import type { Kernel } from '../../../functions/lib/engine/kernel.ts';
import { cancel } from '../../../functions/lib/engine/manage.ts';
import { memoryEngine } from '../../support/engine.ts';
import { counter, letters, moody } from '../../support/kernels.ts';
import { START } from '../../support/store-operations.ts';

const world = async (
  input: object = { parts: 25 },
  kernel: Kernel<unknown> = letters,
  known: Kernel<unknown>[] = [kernel],
) => {
  const made = memoryEngine(known);
  const accept = () => made.accept(kernel, input);
  const computation = await accept();
  made.queue.bodies.length = 0;
  const { tenant, id, epoch, attempt } = computation;
  const reads: string[] = [];
  const { readEventual } = made.store;
  made.store.readEventual = (ref, nodes, options) => {
    const names = nodes.map(({ level, index }) => `${level}.${index}`);
    reads.push([...(options.computation ? [ref.id] : []), ...names].join(' '));
    return readEventual(ref, nodes, options);
  };
  const message = (over: object) => JSON.stringify({ format: 1, tenant, id, epoch, attempt, ...over });
  return {
    ...made,
    accept,
    computation,
    reads,
    message,
    node: (level: number, index: number, over: object = {}) =>
      message({ kind: 'node', parts: computation.total, level, index, ...over }),
    sent: () => made.queue.bodies.map((body) => JSON.parse(body)),
    discarded: (reason: string) => [{ event: 'discarded', reason, id }],
    status: async () => (await made.store.read(computation))?.status,
  };
};

describe('a message that a worker discards', () => {
  it('is observed with the reason and the computation’s id', async () => {
    const { store, deliver, node, events, discarded } = await world();
    await deliver(node(0, 1, { epoch: 'other' }));
    await deliver(node(0, 1, { attempt: 2 }));
    await deliver(node(0, 1, { attempt: 0 }));
    expect(events).toEqual([
      ...discarded('another epoch'),
      ...discarded('another attempt'),
      ...discarded('another attempt'),
    ]);
    store.computations.clear();
    events.length = 0;
    await deliver(node(0, 1, { epoch: 'another' }));
    expect(events).toEqual(discarded('no such computation'));
  });

  it('belongs to a computation that has ended', async () => {
    const made = await world();
    await cancel(made, made.computation);
    made.events.length = 0;
    await made.deliver(made.node(0, 1));
    expect(made.events).toEqual(made.discarded('computation cancelled'));
  });

  it('does not fit the kind, the number of parts or the tree of its computation', async () => {
    const { deliver, node, message, events, discarded } = await world();
    await deliver(message({ kind: 'sequence' }));
    await deliver(node(0, 1, { parts: 24 }));
    expect(events).toEqual([...discarded('another kind of work'), ...discarded('another number of parts')]);
    events.length = 0;
    for (const outside of [node(0, 25), node(3, 0), node(1, 3)]) await deliver(outside);
    expect(events).toEqual(Array(3).fill(discarded('not in the tree')[0]));
  });

  it('is a node of a sequential computation', async () => {
    const { deliver, node, events, discarded } = await world({ to: 30 }, counter());
    await deliver(node(0, 0));
    expect(events).toEqual(discarded('another kind of work'));
  });
});

describe('a worker', () => {
  it('throws `UnknownWorkError` for an unknown name, version or kind', async () => {
    const unknown = await world({ parts: 25 }, { ...letters, version: 2 }, [letters]);
    await expect(unknown.deliver(unknown.node(0, 0))).rejects.toThrow('letters version 2');
    const changed = await world({ parts: 25 }, letters, [{ ...counter(), name: 'letters' }]);
    await expect(changed.deliver(changed.node(0, 0))).rejects.toThrow('letters version 1');
    expect(await changed.status()).toBe('queued');
  });

  it('emits splits, computed parts, and the computation’s age at its end', async () => {
    const { deliver, node, events, computation, clock } = await world({ parts: 2 });
    const { id } = computation;
    clock.advance(1_000);
    await deliver(node(1, 0));
    await deliver(node(0, 0));
    await deliver(node(0, 1));
    expect(events).toEqual([
      { event: 'split', id, sent: 2 },
      { event: 'computed', id },
      { event: 'computed', id },
      { event: 'finished', id, status: 'succeeded', ageMs: 1_000 },
    ]);
  });

  it('emits no end when another end came first', async () => {
    const { store, deliver, node, events } = await world({ parts: 1 });
    store.succeed = async () => false;
    await deliver(node(0, 0));
    expect(events.map(({ event }) => event)).toEqual(['computed']);
    store.fail = async () => false;
    events.length = 0;
    const failing = await world({ parts: 1 }, { ...letters, compute: () => 'x'.repeat(70_000) });
    failing.store.fail = async () => false;
    await failing.deliver(failing.node(0, 0));
    expect(failing.events.map(({ event }) => event)).toEqual(['computed']);
  });

  it('sends the children whose slots are empty, and no others', async () => {
    const { store, deliver, node, sent, computation } = await world({ parts: 35 });
    await store.fillSlot(computation, { level: 2, index: 0 }, 1, Uint8Array.of(1), START);
    await deliver(node(2, 0));
    const { tenant, id, epoch } = computation;
    const child = { format: 1, kind: 'node', tenant, id, epoch, attempt: 1, parts: 35, level: 1 };
    expect(sent()).toEqual([0, 2, 3].map((index) => ({ ...child, index })));
  });

  it('splits a node without a record', async () => {
    const { store, deliver, node, sent } = await world({ parts: 35 });
    const { readEventual } = store;
    store.readEventual = async (...args) => ({ ...(await readEventual(...args)), nodes: [] });
    await deliver(node(1, 3));
    expect(sent().map(({ index }) => index)).toEqual([30, 31, 32, 33, 34]);
  });

  it('starts a computation only at its root', async () => {
    const { deliver, node, status, store, computation, clock } = await world({ parts: 35 });
    await deliver(node(0, 3));
    expect(await status()).toBe('queued');
    clock.advance(500);
    await deliver(node(2, 0));
    expect(await store.read(computation)).toMatchObject({ status: 'running', startedAt: START + 500 });
  });

  it('starts a computation once', async () => {
    const { store, deliver, node, count } = await world({ parts: 35 });
    const { start } = store;
    let started = 0;
    store.start = async (...args) => {
      started += 1;
      return start(...args);
    };
    await deliver(node(2, 0));
    await deliver(node(2, 0));
    expect([started, count('split')]).toEqual([1, 2]);
  });

  it('works on an attempt at its deadline, and fails it after', async () => {
    const { deliver, node, clock, limits, status } = await world();
    clock.advance(limits.maxAgeMs);
    await deliver(node(0, 3));
    expect(await status()).toBe('queued');
    clock.advance(1);
    await deliver(node(0, 3));
    expect(await status()).toBe('failed');
  });

  it('reports a part whose slot is full again, without computing it', async () => {
    const { store, deliver, node, count, computation, status } = await world({ parts: 2 });
    const slot = (at: number) =>
      store.fillSlot(computation, { level: 1, index: 0 }, at, new TextEncoder().encode(String(at)), START);
    await slot(0);
    await deliver(node(0, 0));
    expect([count('computed'), await status()]).toEqual([0, 'queued']);
    await slot(1);
    await deliver(node(0, 0));
    expect(count('computed')).toBe(0);
    expect(await store.read(computation)).toMatchObject({ status: 'succeeded', result: { text: '(0 1)' } });
  });

  it('reports a node whose slots are all full instead of splitting it again', async () => {
    const { store, deliver, node, computation, queue, count } = await world({ parts: 2 });
    for (const at of [0, 1])
      await store.fillSlot(
        computation,
        { level: 1, index: 0 },
        at,
        new TextEncoder().encode(String(at)),
        START,
      );
    await deliver(node(1, 0));
    expect(await store.read(computation)).toMatchObject({ status: 'succeeded', result: { text: '(0 1)' } });
    expect([queue.bodies, count('split'), count('computed')]).toEqual([[], 0, 0]);
  });

  it('writes a node with an expiry for two attempts and the retention', async () => {
    const { store, deliver, node, clock, limits } = await world({ parts: 2 });
    const { fillSlot } = store;
    const kept: number[] = [];
    store.fillSlot = (...args) => {
      kept.push(args[4] - clock.now() / 1_000);
      return fillSlot(...args);
    };
    await deliver(node(0, 1));
    expect(kept).toEqual([(limits.retentionMs + 2 * limits.maxAgeMs) / 1_000]);
  });
});

describe('what a worker reads', () => {
  it('is the record of the node that it splits, or of the parent of the part that it computes', async () => {
    const { deliver, node, reads, computation } = await world({ parts: 35 });
    await deliver(node(2, 0));
    await deliver(node(1, 2));
    await deliver(node(0, 21));
    expect(reads).toEqual([`${computation.id} 2.0`, '1.2', '1.2']);
  });

  it('is the computation alone for a lone part, and for a sequence', async () => {
    const lone = await world({ parts: 1 });
    await lone.deliver(lone.node(0, 0));
    expect(lone.reads).toEqual([lone.computation.id]);
    const sequence = await world({ to: 3 }, counter());
    await sequence.deliver(sequence.message({ kind: 'sequence' }));
    expect(sequence.reads).toEqual([sequence.computation.id]);
  });

  it('is nothing for a sequence whose record it has just read', async () => {
    const made = await world({ to: 30 }, counter());
    await made.deliver(made.message({ kind: 'sequence', step: 9 }));
    await made.deliver(made.message({ kind: 'sequence', step: 9 }));
    expect(made.reads).toEqual([made.computation.id]);
  });

  it('is at most a second old', async () => {
    const { deliver, node, reads, clock, computation } = await world({ parts: 35 });
    await deliver(node(0, 1));
    clock.advance(1_000);
    await deliver(node(0, 2));
    clock.advance(1);
    await deliver(node(0, 3));
    const { id } = computation;
    expect(reads).toEqual([`${id} 1.0`, '1.0', `${id} 1.0`]);
  });

  it('does not become younger when the worker records the start', async () => {
    const { deliver, node, reads, clock, computation } = await world({ parts: 35 });
    await deliver(node(0, 1));
    clock.advance(1_000);
    await deliver(node(2, 0));
    clock.advance(1);
    await deliver(node(0, 3));
    const { id } = computation;
    expect(reads).toEqual([`${id} 1.0`, '2.0', `${id} 1.0`]);
  });

  it('is read again for another attempt or another epoch', async () => {
    const { deliver, node, reads, computation, events, discarded } = await world({ parts: 35 });
    await deliver(node(0, 1));
    events.length = 0;
    await deliver(node(0, 1, { attempt: 0 }));
    await deliver(node(0, 1, { epoch: 'other' }));
    const { id } = computation;
    expect(reads).toEqual([`${id} 1.0`, `${id} 1.0`, `${id} 1.0`]);
    expect(events).toEqual([...discarded('another attempt'), ...discarded('another epoch')]);
  });

  it('is read with strong consistency only before a message is discarded as out of date', async () => {
    const { store, deliver, node, count } = await world({ parts: 35 });
    const { read } = store;
    let reads = 0;
    store.read = async (key) => {
      reads += 1;
      return read(key);
    };
    await deliver(node(0, 1));
    expect(reads).toBe(0);
    await deliver(node(0, 2, { attempt: 0 }));
    expect(reads).toBe(0);
    await deliver(node(0, 2, { attempt: 2 }));
    await deliver(node(0, 2, { epoch: 'other' }));
    expect([reads, count('discarded')]).toEqual([2, 3]);
  });

  describe('of the hundred computations that it used last', () => {
    const known = async () => {
      const made = await world({ parts: 35 });
      return {
        ...made,
        readOthers: async (count: number) => {
          for (let others = 0; others < count; others += 1) {
            const { tenant, id, epoch } = await made.accept();
            await made.deliver(made.node(0, 1, { tenant, id, epoch }));
          }
          made.reads.length = 0;
        },
      };
    };

    it('is kept, and no more than those', async () => {
      const { deliver, node, reads, readOthers, computation } = await known();
      await deliver(node(0, 1));
      await readOthers(99);
      await deliver(node(0, 2));
      expect(reads).toEqual(['1.0']);
      await readOthers(100);
      await deliver(node(0, 3));
      expect(reads).toEqual([`${computation.id} 1.0`]);
    });

    it('is kept although it was first read long before', async () => {
      const { deliver, node, reads, readOthers, clock } = await known();
      await deliver(node(0, 1));
      await readOthers(1);
      clock.advance(1_001);
      await deliver(node(0, 1));
      await readOthers(99);
      await deliver(node(0, 2));
      expect(reads).toEqual(['1.0']);
    });
  });

  it('tells tenants with the same id apart', async () => {
    const made = await world({ parts: 35 });
    const { computation, store, deliver, node, reads } = made;
    store.computations.set(`other/${computation.id}`, { ...computation, tenant: 'other' });
    await deliver(node(0, 1));
    await deliver(node(0, 1, { tenant: 'other' }));
    expect(reads).toHaveLength(2);
    expect(reads[1]).toBe(`${computation.id} 1.0`);
  });
});

describe('a message', () => {
  it('that nobody can read is discarded at once', async () => {
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

  it('of an unknown format, type or version is kept for another worker', async () => {
    const world = memoryEngine([letters]);
    await expect(world.deliver('{"format":2}')).rejects.toThrow(UnknownWorkError);
    await world.accept({ ...letters, name: 'unheard-of' }, { parts: 23 });
    await expect(world.deliver(world.take())).rejects.toThrow(UnknownWorkError);
    await world.accept({ ...letters, version: 2 }, { parts: 23 });
    await expect(world.deliver(world.take())).rejects.toThrow(UnknownWorkError);
  });

  it('of an earlier epoch changes nothing in a later one', async () => {
    const world = memoryEngine([letters]);
    const computation = await world.accept(letters, { parts: 10 });
    await world.deliver(world.take());
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

  it('is not discarded because an eventually consistent read was stale', async () => {
    const world = memoryEngine([letters]);
    const computation = await world.accept(letters, { parts: 1 });
    const { readEventual } = world.store;
    world.store.readEventual = async (...args) => ({
      ...(await readEventual(...args)),
      computation: undefined,
    });
    await world.drain();
    expect(await world.store.read(computation)).toMatchObject({ status: 'succeeded' });
  });

  it('fails the computation after the deadline of its attempt', async () => {
    const world = memoryEngine([letters]);
    const computation = await world.accept(letters, { parts: 10 });
    world.clock.advance(world.limits.maxAgeMs + 1);
    await world.drain();
    expect(await world.store.read(computation)).toMatchObject({
      status: 'failed',
      error: { type: 'urn:test:too-old' },
    });
  });
});

describe('a kernel that fails', () => {
  it('fails the computation at once when it refuses', async () => {
    const kernel = moody('picky', { refuses: [3] });
    const world = memoryEngine([kernel]);
    const computation = await world.accept(kernel, { parts: 10 });
    await world.drain();
    expect(await world.store.read(computation)).toMatchObject({
      status: 'failed',
      error: { type: 'urn:test:refused', detail: 'part 3 is out of the domain' },
    });
  });

  it('fails the computation with what it threw at the third attempt', async () => {
    const kernel = moody('broken', { throws: [3] });
    const world = memoryEngine([kernel]);
    const computation = await world.accept(kernel, { parts: 10 });
    await world.deliver(world.take());
    const body = world.take(3);
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
    const split = await world.accept(large, { parts: 2 });
    const lone = await world.accept({ ...large, name: 'large' }, { parts: 1 });
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
    const computation = await other.accept(huge, { parts: 1 });
    await other.drain();
    expect(await other.store.read(computation)).toMatchObject({ status: 'failed' });
  });
});

describe('a worker with many parts', () => {
  it('reads a status at most once a second', async () => {
    const world = memoryEngine([letters]);
    await world.accept(letters, { parts: 10 });
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
