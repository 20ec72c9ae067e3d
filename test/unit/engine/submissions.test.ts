import { describe, expect, it } from 'vitest';
import { cancel } from '../../../functions/lib/engine/manage.ts';
import { type Identity, retry, submit } from '../../../functions/lib/engine/submit.ts';
import { newToken } from '../../../functions/lib/engine/token.ts';
import { memoryEngine } from '../../support/engine.ts';
import { counter, letters } from '../../support/kernels.ts';
import { endAt, error, START, startAt, submission } from '../../support/store-operations.ts';

const content = { by: 'content', id: 'a' } as const;
const fresh = { by: 'fresh' } as const;
const keyed: Identity = {
  by: 'key',
  digests: { key: 'k', payload: 'p' },
  candidate: (n) => ['a', 'b', 'c'][n] ?? 'd',
};
const key = { tenant: 'tenant', id: 'a' };

const world = () => {
  const made = memoryEngine([letters]);
  return {
    ...made,
    post: (identity: Identity) =>
      submit(made, {
        tenant: 'tenant',
        type: 'letters',
        version: 1,
        input: { parts: 20 },
        kind: 'parallel',
        total: 20,
        identity,
      }),
  };
};
const queued = {
  ...submission('a', 'one'),
  attempt: 1,
  total: 20,
  status: 'queued' as const,
  ...startAt(START),
};
const failed = {
  ...submission('a', 'one'),
  attempt: 1,
  total: 20,
  status: 'failed' as const,
  error,
  ...endAt(START),
};
const succeeded = { ...failed, status: 'succeeded' as const, result: 1 };

describe('a token', () => {
  it('is sixteen random bytes in base64url', () => {
    const asked: number[] = [];
    const bytes = (length: number) => {
      asked.push(length);
      return new Uint8Array(length).fill(255);
    };
    expect(newToken({ bytes })).toBe('_____________________w');
    expect(asked).toEqual([16]);
  });
});

describe('a submission', () => {
  it('is stored whole, and its root is sent', async () => {
    const made = world();
    await made.post(content);
    const computation = await made.store.read(key);
    expect(computation).toStrictEqual({
      ...queued,
      epoch: expect.stringMatching(/^[\w-]{22}$/),
      input: { parts: 20 },
      createdAt: made.clock.now(),
      deadline: made.clock.now() + made.limits.maxAgeMs,
      visit: { at: made.clock.now() + 60_000, intervalMs: 60_000, lastDone: 0 },
    });
    expect(made.queue.bodies).toHaveLength(1);
    expect(made.events).toEqual([]);
  });

  it('with a key keeps what it was used for', async () => {
    const made = world();
    await made.post(keyed);
    expect(await made.store.read(key)).toMatchObject({ keyDigests: { key: 'k', payload: 'p' } });
  });

  it('of a sequence is sent without a look for checkpoints that cannot be there', async () => {
    const made = memoryEngine([counter()]);
    made.store.readCheckpoint = async () => {
      throw new Error('read for nothing');
    };
    await made.submit(counter(), { to: 3 });
    expect(made.events).toEqual([]);
    expect(made.queue.bodies.map((body) => JSON.parse(body))).toMatchObject([{ kind: 'sequence', since: 0 }]);
  });

  it('tells of what it could not send', async () => {
    const made = world();
    const cause = new Error('no answer');
    made.queue.send = async () => {
      throw cause;
    };
    expect(await made.post(content)).toMatchObject({ outcome: 'accepted' });
    expect(made.events).toEqual([{ event: 'send-failed', id: 'a', cause }]);
  });

  it('that is fresh is a run of its own each time, and tries another id when one is taken', async () => {
    const made = world();
    const [one, other] = [await made.post(fresh), await made.post(fresh)];
    expect([one.outcome, other.outcome]).toEqual(['accepted', 'accepted']);
    expect(made.store.computations.size).toBe(2);
    const { create } = made.store;
    let refused = 0;
    made.store.create = async (...args) => {
      if (refused === 4) return create(...args);
      refused += 1;
      return { refused: queued };
    };
    expect(await made.post(fresh)).toMatchObject({ outcome: 'accepted' });
    expect(made.store.computations.size).toBe(3);
  });

  it('that had been stored already, and is over, is not sent', async () => {
    const made = world();
    made.store.create = async () => ({ applied: succeeded });
    expect(await made.post(content)).toEqual({ outcome: 'accepted', computation: succeeded });
    expect([made.queue.bodies, made.events]).toEqual([[], []]);
  });

  it.each([[content], [keyed], [fresh]])('%j gives up after five rounds', async (identity) => {
    const made = world();
    let rounds = 0;
    made.store.create = async () => {
      rounds += 1;
      return { refused: undefined };
    };
    expect(await made.post(identity)).toEqual({ outcome: 'contended' });
    expect(rounds).toBe(5);
  });

  it('with a key passes by a computation without one that has its id', async () => {
    const made = world();
    await made.post(content);
    expect(await made.post(keyed)).toMatchObject({ outcome: 'accepted', computation: { id: 'b' } });
  });

  it('with a key finds what it made though it has failed, and restarts nothing', async () => {
    const made = world();
    const keyDigests = { key: 'k', payload: 'p' };
    made.store.create = async () => ({ refused: { ...failed, keyDigests } });
    made.store.retry = async () => {
      throw new Error('retried');
    };
    expect(await made.post(keyed)).toEqual({ outcome: 'found', computation: { ...failed, keyDigests } });
  });
});

describe('the same pure work, failed, while others act on it', () => {
  const meeting = (...retried: Awaited<ReturnType<typeof retry>>[]) => {
    const made = world();
    made.store.create = async () => ({ refused: failed });
    made.store.retry = async () => retried.shift() ?? { refused: undefined };
    return made;
  };

  it('is found when another has queued it again first', async () => {
    expect(await meeting({ refused: queued }).post(content)).toEqual({
      outcome: 'found',
      computation: queued,
    });
  });

  it('is found when another has even finished it', async () => {
    const made = meeting({ refused: { ...succeeded, expiresAt: Number.MAX_SAFE_INTEGER } });
    expect(await made.post(content)).toMatchObject({
      outcome: 'found',
      computation: { status: 'succeeded' },
    });
  });

  it('is tried again when it has failed again, or is gone', async () => {
    const again = { ...failed, attempt: 2, expiresAt: Number.MAX_SAFE_INTEGER };
    const made = meeting({ refused: again }, { refused: undefined }, { applied: queued });
    expect(await made.post(content)).toEqual({ outcome: 'restarted', computation: queued });
  });
});

it.each([[queued], [{ ...queued, status: 'running' as const, startedAt: START }], [succeeded]])(
  'the same pure work is found without a write: %#',
  async (found) => {
    const made = world();
    made.store.create = async () => ({ refused: found });
    made.store.retry = async () => {
      throw new Error('retried');
    };
    expect(await made.post(content)).toEqual({ outcome: 'found', computation: found });
  },
);

describe('a retry', () => {
  it('sends the root of the next attempt', async () => {
    const made = world();
    await made.post(content);
    await cancel(made, key);
    made.queue.bodies.length = 0;
    expect(await retry(made, key)).toMatchObject({ applied: { attempt: 2 } });
    expect(made.queue.bodies.map((body) => JSON.parse(body))).toMatchObject([
      { kind: 'node', attempt: 2, level: 2, index: 0 },
    ]);
  });

  it('of what is active is refused, and sends nothing', async () => {
    const made = world();
    await made.post(content);
    made.queue.bodies.length = 0;
    expect(await retry(made, key)).toMatchObject({ refused: { status: 'queued' } });
    expect(made.queue.bodies).toEqual([]);
  });

  it('of a sequence goes on after its last checkpoint', async () => {
    const kernel = counter();
    const made = memoryEngine([kernel]);
    const submitted = await made.submit(kernel, { to: 30 });
    if (!('computation' in submitted)) throw new Error(submitted.outcome);
    const { computation } = submitted;
    const checkpoint = { step: 5, from: 0, attempt: 1, hops: 1, state: Uint8Array.of(1), done: 5, total: 30 };
    await made.store.writeCheckpoint(computation, checkpoint, 'x', START);
    await cancel(made, computation);
    await retry(made, computation);
    expect(JSON.parse(made.queue.bodies[1] ?? '')).toMatchObject({ kind: 'sequence', attempt: 2, since: 5 });
  });
});
