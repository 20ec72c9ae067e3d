import { describe, expect, it } from 'vitest';
import { type Computation, exists, isActive, STATUSES } from '../../../functions/lib/engine/computation.ts';
import { hideExpired } from '../../../functions/lib/engine/expiry.ts';
import { ManualClock } from '../../support/engine.ts';
import { endAt, START, startAt, submission } from '../../support/store-operations.ts';

const HOUR = 3_600_000;
const base = { ...submission('a', 'one'), attempt: 1, total: 25 };
const queued: Computation = { ...base, status: 'queued', ...startAt(START) };
/** Expires an hour after its end. */
const cancelled: Computation = { ...base, status: 'cancelled', ...endAt(START) };

describe('a computation', () => {
  it('is active while it is queued or running, and in no other state', () => {
    expect(STATUSES.map((status) => [status, isActive({ ...queued, status } as Computation)])).toEqual([
      ['queued', true],
      ['running', true],
      ['succeeded', false],
      ['failed', false],
      ['cancelled', false],
    ]);
  });

  it('exists as long as it is active', () => {
    expect(exists(queued, Number.MAX_SAFE_INTEGER)).toBe(true);
  });

  it('exists after its end until the second in which it expires', () => {
    expect(exists(cancelled, START + HOUR - 1)).toBe(true);
    expect(exists(cancelled, START + HOUR)).toBe(false);
    expect(exists(undefined, START)).toBe(false);
  });
});

describe('a conditional write that met an expired computation', () => {
  const at = (now: number) => new ManualClock(now);

  it('is refused by nothing', () => {
    expect(hideExpired(at(START + HOUR), { refused: cancelled })).toStrictEqual({ refused: undefined });
    expect(hideExpired(at(START), { refused: cancelled })).toEqual({ refused: cancelled });
  });

  it('stays applied if it was applied', () => {
    expect(hideExpired(at(START + HOUR), { applied: cancelled })).toEqual({ applied: cancelled });
  });
});
