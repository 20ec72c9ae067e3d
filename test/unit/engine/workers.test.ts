import { describe, expect, it } from 'vitest';
import type { Kernel } from '../../../functions/lib/engine/kernel.ts';
import { cancel, list } from '../../../functions/lib/engine/manage.ts';
import type { ComputationStore } from '../../../functions/lib/engine/ports.ts';
import { memoryEngine } from '../../support/engine.ts';
import { counter, letters } from '../../support/kernels.ts';
import { START } from '../../support/store-operations.ts';

const world = async (
  input: object = { parts: 25 },
  kernel: Kernel<unknown> = letters,
  known: Kernel<unknown>[] = [kernel],
) => {
  const made = memoryEngine(known);
  const accept = async () => {
    const submitted = await made.submit(kernel, input);
    if (!('computation' in submitted)) throw new Error(submitted.outcome);
    return submitted.computation;
  };
  const computation = await accept();
  made.queue.bodies.length = 0;
  const { tenant, id, epoch, attempt } = computation;
  const glances: string[] = [];
  const { readEventual } = made.store;
  made.store.readEventual = (ref, nodes, options) => {
    const looked = nodes.map(({ level, index }) => `${level}.${index}`);
    glances.push([...(options.computation ? [ref.id] : []), ...looked].join(' '));
    return readEventual(ref, nodes, options);
  };
  const message = (over: object) => JSON.stringify({ format: 1, tenant, id, epoch, attempt, ...over });
  return {
    ...made,
    accept,
    computation,
    glances,
    message,
    node: (level: number, index: number, over: object = {}) =>
      message({ kind: 'node', parts: computation.total, level, index, ...over }),
    sent: () => made.queue.bodies.map((body) => JSON.parse(body)),
    discarded: (reason: string) => [{ event: 'discarded', reason, id }],
    status: async () => (await made.store.read(computation))?.status,
  };
};

describe('what a worker puts away', () => {
  it('says why, and of which computation', async () => {
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

  it('is a message of a computation that is over', async () => {
    const made = await world();
    await cancel(made, made.computation);
    made.events.length = 0;
    await made.deliver(made.node(0, 1));
    expect(made.events).toEqual(made.discarded('computation cancelled'));
  });

  it('is a message that does not fit its computation', async () => {
    const { deliver, node, message, events, discarded } = await world();
    await deliver(message({ kind: 'sequence' }));
    await deliver(node(0, 1, { parts: 24 }));
    expect(events).toEqual([...discarded('another kind of work'), ...discarded('another number of parts')]);
    events.length = 0;
    for (const outside of [node(0, 25), node(3, 0), node(1, 3)]) await deliver(outside);
    expect(events).toEqual(Array(3).fill(discarded('not in the tree')[0]));
  });

  it('is a node of what is a sequence', async () => {
    const { deliver, node, events, discarded } = await world({ to: 30 }, counter());
    await deliver(node(0, 0));
    expect(events).toEqual(discarded('another kind of work'));
  });
});

describe('a worker', () => {
  it('keeps for another what it does not know, by name, version or kind', async () => {
    const unknown = await world({ parts: 25 }, { ...letters, version: 2 }, [letters]);
    await expect(unknown.deliver(unknown.node(0, 0))).rejects.toThrow('letters version 2');
    const changed = await world({ parts: 25 }, letters, [{ ...counter(), name: 'letters' }]);
    await expect(changed.deliver(changed.node(0, 0))).rejects.toThrow('letters version 1');
    expect(await changed.status()).toBe('queued');
  });

  it('says what it split and computed, and how long it all took', async () => {
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

  it('says nothing of an end that came after another', async () => {
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

  it('splits a node of which there is no record', async () => {
    const { store, deliver, node, sent } = await world({ parts: 35 });
    const { readEventual } = store;
    store.readEventual = async (...args) => ({ ...(await readEventual(...args)), nodes: [] });
    await deliver(node(1, 3));
    expect(sent().map(({ index }) => index)).toEqual([30, 31, 32, 33, 34]);
  });

  it('is started by the root alone', async () => {
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

  it('takes an attempt at its deadline for alive, and after it for dead', async () => {
    const { deliver, node, clock, limits, status } = await world();
    clock.advance(limits.maxAgeMs);
    await deliver(node(0, 3));
    expect(await status()).toBe('queued');
    clock.advance(1);
    await deliver(node(0, 3));
    expect(await status()).toBe('failed');
  });

  it('reports again, without computing, what its parent has already', async () => {
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

  it('keeps a node as long as it may be needed', async () => {
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
    const { deliver, node, glances, computation } = await world({ parts: 35 });
    await deliver(node(2, 0));
    await deliver(node(1, 2));
    await deliver(node(0, 21));
    expect(glances).toEqual([`${computation.id} 2.0`, '1.2', '1.2']);
  });

  it('is the computation alone for a lone part, and for a sequence', async () => {
    const lone = await world({ parts: 1 });
    await lone.deliver(lone.node(0, 0));
    expect(lone.glances).toEqual([lone.computation.id]);
    const sequence = await world({ to: 3 }, counter());
    await sequence.deliver(sequence.message({ kind: 'sequence' }));
    expect(sequence.glances).toEqual([sequence.computation.id]);
  });

  it('is nothing at all for a sequence that it knows', async () => {
    const made = await world({ to: 30 }, counter());
    await made.deliver(made.message({ kind: 'sequence', step: 9 }));
    await made.deliver(made.message({ kind: 'sequence', step: 9 }));
    expect(made.glances).toEqual([made.computation.id]);
  });

  it('is at most a second old', async () => {
    const { deliver, node, glances, clock, computation } = await world({ parts: 35 });
    await deliver(node(0, 1));
    clock.advance(1_000);
    await deliver(node(0, 2));
    clock.advance(1);
    await deliver(node(0, 3));
    const { id } = computation;
    expect(glances).toEqual([`${id} 1.0`, '1.0', `${id} 1.0`]);
  });

  it('does not become younger by being told that the computation has started', async () => {
    const { deliver, node, glances, clock, computation } = await world({ parts: 35 });
    await deliver(node(0, 1));
    clock.advance(1_000);
    await deliver(node(2, 0));
    clock.advance(1);
    await deliver(node(0, 3));
    const { id } = computation;
    expect(glances).toEqual([`${id} 1.0`, '2.0', `${id} 1.0`]);
  });

  it('is read again for another attempt or another life', async () => {
    const { deliver, node, glances, computation, events, discarded } = await world({ parts: 35 });
    await deliver(node(0, 1));
    events.length = 0;
    await deliver(node(0, 1, { attempt: 0 }));
    await deliver(node(0, 1, { epoch: 'other' }));
    const { id } = computation;
    expect(glances).toEqual([`${id} 1.0`, `${id} 1.0`, `${id} 1.0`]);
    expect(events).toEqual([...discarded('another attempt'), ...discarded('another epoch')]);
  });

  it('is read strongly before a message is taken for stale, and only then', async () => {
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
    const remembering = async () => {
      const made = await world({ parts: 35 });
      return {
        ...made,
        readOthers: async (count: number) => {
          for (let others = 0; others < count; others += 1) {
            const { tenant, id, epoch } = await made.accept();
            await made.deliver(made.node(0, 1, { tenant, id, epoch }));
          }
          made.glances.length = 0;
        },
      };
    };

    it('is remembered, and no more', async () => {
      const { deliver, node, glances, readOthers, computation } = await remembering();
      await deliver(node(0, 1));
      await readOthers(99);
      await deliver(node(0, 2));
      expect(glances).toEqual(['1.0']);
      await readOthers(100);
      await deliver(node(0, 3));
      expect(glances).toEqual([`${computation.id} 1.0`]);
    });

    it('is remembered, though it was first read long before', async () => {
      const { deliver, node, glances, readOthers, clock } = await remembering();
      await deliver(node(0, 1));
      await readOthers(1);
      clock.advance(1_001);
      await deliver(node(0, 1));
      await readOthers(99);
      await deliver(node(0, 2));
      expect(glances).toEqual(['1.0']);
    });
  });

  it('tells tenants with the same id apart', async () => {
    const made = await world({ parts: 35 });
    const { computation, store, deliver, node, glances } = made;
    store.computations.set(`other/${computation.id}`, { ...computation, tenant: 'other' });
    await deliver(node(0, 1));
    await deliver(node(0, 1, { tenant: 'other' }));
    expect(glances).toHaveLength(2);
    expect(glances[1]).toBe(`${computation.id} 1.0`);
  });
});

describe('a page of a list', () => {
  it('leaves out what the index still names and nobody has, and asks for no other tenant’s', async () => {
    const made = await world();
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
    const { id } = made.computation;
    expect(await list(made, 'tenant', {}, undefined, 5)).toEqual({
      computations: [made.computation],
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
    const made = await world();
    const ids = async (filter: Parameters<typeof list>[2]) =>
      (await list(made, 'tenant', filter, undefined, 5)).computations.length;
    expect(await ids({ type: 'letters', status: 'queued' })).toBe(1);
    expect(await ids({ type: 'letters', status: 'failed' })).toBe(0);
    expect(await ids({ type: 'other', status: 'queued' })).toBe(0);
  });
});
