import { describe, expect, it } from 'vitest';
import { attemptEnd, attemptStart, nodeExpiry } from '../../../functions/lib/engine/timing.ts';
import { ManualClock } from '../../support/engine.ts';
import { START } from '../../support/store-operations.ts';

describe('the times in a record', () => {
  const clocked = {
    clock: new ManualClock(START + 1),
    limits: { retentionMs: 10_000, maxAgeMs: 1_000_000, sweepAfterMs: 60_000 },
  };

  it('keep a computation that ends now for the retention, rounded up to a second', () => {
    expect(attemptEnd(clocked)).toEqual({ finishedAt: START + 1, expiresAt: START / 1_000 + 11 });
  });

  it('give an attempt that starts now its deadline and its first visit', () => {
    expect(attemptStart(clocked)).toEqual({
      deadline: START + 1_000_001,
      visit: { at: START + 60_001, intervalMs: 60_000, lastDone: 0 },
    });
  });

  it('keep a node for an attempt, the retention, and one more attempt', () => {
    expect(nodeExpiry(clocked)).toBe(START / 1_000 + 10 + 2_000 + 1);
  });
});
