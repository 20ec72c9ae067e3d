import * as fc from 'fast-check';
import type { Failure, Submission } from '../../functions/lib/engine/computation.ts';
import type { ComputationStore } from '../../functions/lib/engine/ports.ts';

const HOUR = 3_600_000;
export const START = Date.UTC(2026, 0, 1);

export const submission = (id: string, epoch: string, over: Partial<Submission> = {}): Submission => ({
  tenant: 'tenant',
  id,
  epoch,
  type: 'letters',
  version: 1,
  input: { parts: 25, scale: -0.5 },
  kind: 'parallel',
  createdAt: START,
  ...over,
});

export const startAt = (now: number) => ({
  deadline: now + 24 * HOUR,
  visit: { at: now + 60_000, intervalMs: 60_000, lastDone: 0 },
});

/** Ends at `now`, and expires an hour later. */
export const endAt = (now: number) => ({ finishedAt: now, expiresAt: (now + HOUR) / 1_000 });

export const error: Failure = { type: 'about:blank', title: 'Failed', detail: 'for the test' };

/** One operation on a store, with its outcome in a form that can be compared. */
export interface Operation {
  readonly name: string;
  run(store: ComputationStore): Promise<unknown>;
}

const op = (name: string, run: Operation['run']): Operation & { toString(): string } => ({
  name,
  run,
  toString: () => name,
});

const ids = fc.constantFrom('a', 'b');
const epochs = fc.constantFrom('one', 'two');
const tokens = fc.constantFrom('x', 'y');
const attempts = fc.integer({ min: 1, max: 3 });
const times = fc.integer({ min: 0, max: 40 }).map((quarters) => START + (quarters * HOUR) / 4);
const values = fc.uint8Array({ minLength: 1, maxLength: 12 });
const nodes = fc.record({ level: fc.integer({ min: 1, max: 2 }), index: fc.integer({ min: 0, max: 1 }) });

/** Any operation, on few enough ids, epochs and nodes that they meet. */
export const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
  fc
    .tuple(ids, epochs, times)
    .map(([id, epoch, now]) =>
      op(`create ${id} ${epoch} ${now}`, (store) =>
        store.create(submission(id, epoch, { createdAt: now }), startAt(now), 25),
      ),
    ),
  ids.map((id) =>
    op(`read ${id}`, async (store) => (await store.read({ tenant: 'tenant', id })) ?? 'nothing'),
  ),
  fc.constant(
    op('readMany', async (store) =>
      (await store.readMany(['a', 'b', 'c'].map((id) => ({ tenant: 'tenant', id })))).sort((one, other) =>
        one.id < other.id ? -1 : 1,
      ),
    ),
  ),
  fc
    .tuple(ids, epochs, attempts, times)
    .map(([id, epoch, attempt, now]) =>
      op(`start ${id} ${epoch} ${attempt} ${now}`, (store) =>
        store.start(submission(id, epoch), attempt, now),
      ),
    ),
  fc
    .tuple(ids, epochs, times)
    .map(([id, epoch, now]) =>
      op(`succeed ${id} ${epoch} ${now}`, (store) =>
        store.succeed(submission(id, epoch), { sum: '12', mean: 0.1 }, 30, endAt(now)),
      ),
    ),
  fc
    .tuple(ids, epochs, attempts, times)
    .map(([id, epoch, attempt, now]) =>
      op(`fail ${id} ${epoch} ${attempt} ${now}`, (store) =>
        store.fail(submission(id, epoch), attempt, error, endAt(now)),
      ),
    ),
  fc
    .tuple(ids, tokens, times)
    .map(([id, token, now]) =>
      op(`cancel ${id} ${token} ${now}`, (store) =>
        store.cancel({ tenant: 'tenant', id }, token, endAt(now)),
      ),
    ),
  fc
    .tuple(ids, tokens, times)
    .map(([id, token, now]) =>
      op(`retry ${id} ${token} ${now}`, (store) =>
        store.retry({ tenant: 'tenant', id }, token, now, startAt(now)),
      ),
    ),
  fc
    .tuple(ids, times)
    .map(([id, now]) => op(`remove ${id} ${now}`, (store) => store.remove({ tenant: 'tenant', id }, now))),
  fc.tuple(ids, epochs, times, times, tokens).map(([id, epoch, seen, at, token]) =>
    op(`reschedule visit ${id} ${epoch} ${seen} ${at} ${token}`, (store) => {
      const next = { at: at + 60_000, intervalMs: 1_000, lastDone: 3 };
      return store.rescheduleVisit(submission(id, epoch), seen + 60_000, next, token);
    }),
  ),
  fc
    .tuple(ids, epochs, nodes, fc.integer({ min: 0, max: 9 }), values)
    .map(([id, epoch, node, slot, value]) =>
      op(`fill slot ${id} ${epoch} ${node.level}.${node.index} ${slot}`, (store) =>
        store.fillSlot(submission(id, epoch), node, slot, value, START),
      ),
    ),
  fc
    .tuple(ids, epochs, nodes)
    .map(([id, epoch, node]) =>
      op(`readNodes ${id} ${epoch} ${node.level}.${node.index}`, (store) =>
        store.readNodes(submission(id, epoch), [node, { level: 1, index: 0 }]),
      ),
    ),
  fc.tuple(ids, epochs, nodes).map(([id, epoch, node]) =>
    op(`read eventual ${id} ${epoch} ${node.level}.${node.index}`, async (store) => {
      const { computation = 'nothing', nodes } = await store.readEventual(submission(id, epoch), [node], {
        computation: true,
      });
      return { computation, nodes };
    }),
  ),
  fc
    .tuple(ids, epochs)
    .map(([id, epoch]) =>
      op(
        `readCheckpoint ${id} ${epoch}`,
        async (store) => (await store.readCheckpoint(submission(id, epoch))) ?? 'nothing',
      ),
    ),
  fc
    .tuple(ids, epochs, fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 2 }), tokens, values)
    .map(([id, epoch, from, more, token, state]) =>
      op(`writeCheckpoint ${id} ${epoch} ${from}+${more} ${token}`, (store) =>
        store.writeCheckpoint(
          submission(id, epoch),
          { from, step: from + more, attempt: 1, hops: 1, state, done: from + more, total: 9 },
          token,
          START,
        ),
      ),
    ),
);

/** The whole list and the whole index of active computations: what the operations above left behind. */
export const everything = async (store: ComputationStore): Promise<unknown> => {
  const listed: string[] = [];
  let after: string | undefined;
  do {
    const page = await store.list('tenant', after, 1);
    listed.push(...page.keys.map(({ id, position }) => `${id} at ${position}`));
    after = page.next;
  } while (after !== undefined);
  const active: string[] = [];
  for await (const { tenant, id } of store.listDue(Number.MAX_SAFE_INTEGER)) active.push(`${tenant} ${id}`);
  return { listed, active: active.sort() };
};
