import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { limitActive } from '../../../functions/lib/engine/active-limit.ts';
import { isActive } from '../../../functions/lib/engine/computation.ts';
import { TooManyActiveError } from '../../../functions/lib/engine/errors.ts';
import { ManualClock } from '../../support/engine.ts';
import { MemoryStore } from '../../support/memory.ts';
import { endAt, START, startAt, submission } from '../../support/store-operations.ts';

/** A store that lets two computations a tenant be active, and how often it has counted them. */
const given = () => {
  const clock = new ManualClock(START);
  const memory = new MemoryStore();
  let counted = 0;
  const count = async (tenant: string) => {
    counted += 1;
    return [...memory.computations.values()].filter((one) => one.tenant === tenant && isActive(one)).length;
  };
  const store = limitActive(memory, { max: 2, count, clock });
  return {
    clock,
    store,
    memory,
    counted: () => counted,
    create: (id: string, tenant = 'tenant') =>
      store
        .create(submission(id, randomUUID(), { tenant }), startAt(START), 1)
        .then((attempted) => ('applied' in attempted ? 'created' : 'found'))
        .catch((error: unknown) => error),
    end: (id: string) =>
      store.cancel({ tenant: 'tenant', id }, 'token', endAt(START)).then(() => clock.advance(1_001)),
  };
};

describe('the limit on active computations', () => {
  it('refuses one more than a tenant may have, and no other tenant', async () => {
    const { create } = given();
    expect([await create('a'), await create('b')]).toEqual(['created', 'created']);
    expect(await create('c')).toEqual(new TooManyActiveError(2));
    expect(await create('c', 'another')).toBe('created');
  });

  it('counts at most once a second, and adds what it accepts in between', async () => {
    const { create, counted, clock } = given();
    await create('a');
    await create('b');
    await create('c');
    expect(counted()).toBe(1);
    clock.advance(1_001);
    await create('c');
    expect(counted()).toBe(2);
  });

  it('accepts another computation after one has ended', async () => {
    const { create, end } = given();
    await create('a');
    await create('b');
    await end('a');
    expect(await create('c')).toBe('created');
  });

  it('answers with an existing computation, which makes nothing active', async () => {
    const { create } = given();
    await create('a');
    await create('b');
    expect(await create('a')).toBe('found');
  });

  it('refuses a retry at the limit, unless the computation cannot be retried anyway', async () => {
    const { create, end, store } = given();
    await create('a');
    await end('a');
    await create('b');
    await create('c');
    const retry = (id: string) =>
      store
        .retry({ tenant: 'tenant', id }, 'token', START, startAt(START))
        .then((attempted) => ('applied' in attempted ? 'retried' : attempted.refused?.status))
        .catch((error: unknown) => error);
    expect(await retry('a')).toEqual(new TooManyActiveError(2));
    expect(await retry('b')).toBe('queued');
    expect(await retry('nothing')).toBeUndefined();
    await end('b');
    expect(await retry('a')).toBe('retried');
  });
});
