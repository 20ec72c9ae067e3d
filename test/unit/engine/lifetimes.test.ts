import { describe, expect, it } from 'vitest';
import { type Computation, exists, isActive, STATUSES } from '../../../functions/lib/engine/computation.ts';
import { hideExpired } from '../../../functions/lib/engine/expiry.ts';
import { attemptEnd, attemptStart, nodeExpiry } from '../../../functions/lib/engine/timing.ts';
import { ManualClock } from '../../support/engine.ts';
import { endAt, START, startAt, submission } from '../../support/store-operations.ts';

const HOUR = 3_600_000;
const base = { ...submission('a', 'one'), attempt: 1, total: 25 };
const queued: Computation = { ...base, status: 'queued', ...startAt(START) };
/** Expires an hour after its end. */
const cancelled: Computation = { ...base, status: 'cancelled', ...endAt(START) };

describe('a computation', () => {
  it('is active while it is queued or running, and has no other states than these', () => {
    expect(STATUSES.map((status) => [status, isActive({ ...queued, status } as Computation)])).toEqual([
      ['queued', true],
      ['running', true],
      ['succeeded', false],
      ['failed', false],
      ['cancelled', false],
    ]);
  });

  it('exists for ever while it is active', () => {
    expect(exists(queued, Number.MAX_SAFE_INTEGER)).toBe(true);
  });

  it('exists, once it has finished, until the second in which it expires', () => {
    expect(exists(cancelled, START + HOUR - 1)).toBe(true);
    expect(exists(cancelled, START + HOUR)).toBe(false);
    expect(exists(undefined, START)).toBe(false);
  });
});

describe('an attempt at a computation that has expired', () => {
  const at = (now: number) => new ManualClock(now);

  it('was refused by nothing', () => {
    expect(hideExpired(at(START + HOUR), { refused: cancelled })).toStrictEqual({ refused: undefined });
    expect(hideExpired(at(START), { refused: cancelled })).toEqual({ refused: cancelled });
  });

  it('stays applied when it was', () => {
    expect(hideExpired(at(START + HOUR), { applied: cancelled })).toEqual({ applied: cancelled });
  });
});

describe('what is recorded of time', () => {
  const clocked = {
    clock: new ManualClock(START + 1),
    limits: { retentionMs: 10_000, maxAgeMs: 1_000_000, sweepAfterMs: 60_000 },
  };

  it('keeps what ends now for the retention, to the next whole second', () => {
    expect(attemptEnd(clocked)).toEqual({ finishedAt: START + 1, expiresAt: START / 1_000 + 11 });
  });

  it('gives an attempt that starts now its deadline and its first visit', () => {
    expect(attemptStart(clocked)).toEqual({
      deadline: START + 1_000_001,
      visit: { at: START + 60_001, intervalMs: 60_000, lastDone: 0 },
    });
  });

  it('keeps a node for an attempt, the retention, and one more attempt', () => {
    expect(nodeExpiry(clocked)).toBe(START / 1_000 + 10 + 2_000 + 1);
  });
});
