import { describe, expect, it } from 'vitest';
import { cancel, list, read, remove } from '../../../functions/lib/engine/manage.ts';
import { type Identity, retry } from '../../../functions/lib/engine/submit.ts';
import { attemptEnd } from '../../../functions/lib/engine/timing.ts';
import { newToken } from '../../../functions/lib/engine/token.ts';
import { memoryEngine } from '../../support/engine.ts';
import { counter } from '../../support/kernels.ts';
import { endAt, error, START, startAt, submission } from '../../support/store-operations.ts';
import { submissionEngine } from '../../support/submissions.ts';

const content = { by: 'content', id: 'same' } as const;
const keyed = (key: string, payload: string): Identity => ({
  by: 'key',
  digests: { key, payload },
  candidate: (n) => `candidate-${n}`,
});

const withContent = { by: 'content', id: 'a' } as const;
const fresh = { by: 'fresh' } as const;
const withKey: Identity = {
  by: 'key',
  digests: { key: 'k', payload: 'p' },
  candidate: (n) => ['a', 'b', 'c'][n] ?? 'd',
};
const key = { tenant: 'tenant', id: 'a' };

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

describe('the same pure work', () => {
  it('is accepted once and found from then on, running or finished', async () => {
    const world = submissionEngine();
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
    const world = submissionEngine();
    await world.post(content);
    const found = await world.store.read({ tenant: 'tenant', id: 'same' });
    if (found !== undefined) await world.store.fail(found, 1, error, attemptEnd(world));
    expect(await world.post(content)).toMatchObject({ outcome: 'restarted', computation: { attempt: 2 } });
    await cancel(world, { tenant: 'tenant', id: 'same' });
    expect(await world.post(content)).toMatchObject({ outcome: 'restarted', computation: { attempt: 3 } });
  });

  it('of another tenant is another computation', async () => {
    const world = submissionEngine();
    await world.post(content);
    expect(await world.post(content, 'other')).toMatchObject({ outcome: 'accepted' });
  });

  it('is new, with another epoch, after it expired or was deleted', async () => {
    const world = submissionEngine();
    await world.post(content);
    await world.drain();
    const before = await world.store.read({ tenant: 'tenant', id: 'same' });
    world.clock.advance(world.limits.retentionMs + 1_000);
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
  it('finds what the first request made, and never restarts it', async () => {
    const world = submissionEngine();
    await world.post(keyed('a', 'payload'));
    await cancel(world, { tenant: 'tenant', id: 'candidate-0' });
    expect(await world.post(keyed('a', 'payload'))).toMatchObject({
      outcome: 'found',
      computation: { status: 'cancelled' },
    });
  });

  it('is refused for another payload', async () => {
    const world = submissionEngine();
    await world.post(keyed('a', 'payload'));
    expect(await world.post(keyed('a', 'other'))).toEqual({ outcome: 'key-reused' });
  });

  it('takes the next id when another key has the same one', async () => {
    const world = submissionEngine();
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
  it('is accepted anyway, and sent by the sweeper', async () => {
    const world = submissionEngine();
    const { send } = world.queue;
    world.queue.send = async () => {
      throw new Error('no answer');
    };
    expect(await world.post(content)).toMatchObject({ outcome: 'accepted' });
    expect(world.count('send-failed')).toBe(1);
    world.queue.send = send;
    await world.sweep();
    expect(world.queue.bodies).toHaveLength(0);
    world.clock.advance(60_001);
    await world.sweep();
    await world.drain();
    expect(await world.store.read({ tenant: 'tenant', id: 'same' })).toMatchObject({ status: 'succeeded' });
  });
});

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
  it('is stored with all its fields, and its start message is sent', async () => {
    const made = submissionEngine();
    await made.post(withContent);
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

  it('with a key stores the digests of key and payload', async () => {
    const made = submissionEngine();
    await made.post(withKey);
    expect(await made.store.read(key)).toMatchObject({ keyDigests: { key: 'k', payload: 'p' } });
  });

  it('of a new sequence is sent without reading a checkpoint', async () => {
    const made = memoryEngine([counter()]);
    made.store.readCheckpoint = async () => {
      throw new Error('read for nothing');
    };
    await made.accept(counter(), { to: 3 });
    expect(made.events).toEqual([]);
    expect(made.queue.bodies.map((body) => JSON.parse(body))).toMatchObject([{ kind: 'sequence', since: 0 }]);
  });

  it('emits `send-failed` when it cannot send', async () => {
    const made = submissionEngine();
    const cause = new Error('no answer');
    made.queue.send = async () => {
      throw cause;
    };
    expect(await made.post(withContent)).toMatchObject({ outcome: 'accepted' });
    expect(made.events).toEqual([{ event: 'send-failed', id: 'a', cause }]);
  });

  it('that is fresh is a new computation each time, and takes another id when one is taken', async () => {
    const made = submissionEngine();
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

  it('that was stored before and has ended is not sent', async () => {
    const made = submissionEngine();
    made.store.create = async () => ({ applied: succeeded });
    expect(await made.post(withContent)).toEqual({ outcome: 'accepted', computation: succeeded });
    expect([made.queue.bodies, made.events]).toEqual([[], []]);
  });

  it.each([[withContent], [withKey], [fresh]])('%j gives up after five rounds', async (identity) => {
    const made = submissionEngine();
    let rounds = 0;
    made.store.create = async () => {
      rounds += 1;
      return { refused: undefined };
    };
    expect(await made.post(identity)).toEqual({ outcome: 'contended' });
    expect(rounds).toBe(5);
  });

  it('with a key takes the next id when a computation without a key has its id', async () => {
    const made = submissionEngine();
    await made.post(withContent);
    expect(await made.post(withKey)).toMatchObject({ outcome: 'accepted', computation: { id: 'b' } });
  });

  it('with a key finds its failed computation, and restarts nothing', async () => {
    const made = submissionEngine();
    const keyDigests = { key: 'k', payload: 'p' };
    made.store.create = async () => ({ refused: { ...failed, keyDigests } });
    made.store.retry = async () => {
      throw new Error('retried');
    };
    expect(await made.post(withKey)).toEqual({ outcome: 'found', computation: { ...failed, keyDigests } });
  });
});

describe('the same pure work after a failure, while others act on it', () => {
  const meeting = (...retried: Awaited<ReturnType<typeof retry>>[]) => {
    const made = submissionEngine();
    made.store.create = async () => ({ refused: failed });
    made.store.retry = async () => retried.shift() ?? { refused: undefined };
    return made;
  };

  it('is found when another request has retried it first', async () => {
    expect(await meeting({ refused: queued }).post(withContent)).toEqual({
      outcome: 'found',
      computation: queued,
    });
  });

  it('is found when it has even succeeded meanwhile', async () => {
    const made = meeting({ refused: { ...succeeded, expiresAt: Number.MAX_SAFE_INTEGER } });
    expect(await made.post(withContent)).toMatchObject({
      outcome: 'found',
      computation: { status: 'succeeded' },
    });
  });

  it('is retried when it has failed again, and created when it is gone', async () => {
    const again = { ...failed, attempt: 2, expiresAt: Number.MAX_SAFE_INTEGER };
    const made = meeting({ refused: again }, { refused: undefined }, { applied: queued });
    expect(await made.post(withContent)).toEqual({ outcome: 'restarted', computation: queued });
  });
});

it.each([[queued], [{ ...queued, status: 'running' as const, startedAt: START }], [succeeded]])(
  'the same pure work is found without a retry: %#',
  async (found) => {
    const made = submissionEngine();
    made.store.create = async () => ({ refused: found });
    made.store.retry = async () => {
      throw new Error('retried');
    };
    expect(await made.post(withContent)).toEqual({ outcome: 'found', computation: found });
  },
);

describe('a retry', () => {
  it('sends the start message of the next attempt', async () => {
    const made = submissionEngine();
    await made.post(withContent);
    await cancel(made, key);
    made.queue.bodies.length = 0;
    expect(await retry(made, key)).toMatchObject({ applied: { attempt: 2 } });
    expect(made.queue.bodies.map((body) => JSON.parse(body))).toMatchObject([
      { kind: 'node', attempt: 2, level: 2, index: 0 },
    ]);
  });

  it('of an active computation is refused, and sends nothing', async () => {
    const made = submissionEngine();
    await made.post(withContent);
    made.queue.bodies.length = 0;
    expect(await retry(made, key)).toMatchObject({ refused: { status: 'queued' } });
    expect(made.queue.bodies).toEqual([]);
  });

  it('of a sequence names its last checkpoint', async () => {
    const kernel = counter();
    const made = memoryEngine([kernel]);
    const computation = await made.accept(kernel, { to: 30 });
    const checkpoint = { step: 5, from: 0, attempt: 1, hops: 1, state: Uint8Array.of(1), done: 5, total: 30 };
    await made.store.writeCheckpoint(computation, checkpoint, 'x', START);
    await cancel(made, computation);
    await retry(made, computation);
    expect(JSON.parse(made.queue.bodies[1] ?? '')).toMatchObject({ kind: 'sequence', attempt: 2, since: 5 });
  });
});
