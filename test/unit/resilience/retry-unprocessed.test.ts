import { describe, expect, it } from 'vitest';
import { isInfrastructureError } from '../../../functions/lib/resilience/infrastructure-error.ts';
import { retryUnprocessed } from '../../../functions/lib/resilience/retry-unprocessed.ts';

/** Runs a batch whose service leaves what `leave` says; gives what it was asked for, each time. */
const run = async (leave: (entries: readonly number[]) => readonly number[], attempts = 1) => {
  const asked: (readonly number[])[] = [];
  const outcome = await retryUnprocessed(
    [1, 2, 3],
    async (entries) => {
      asked.push(entries);
      return { unprocessed: leave(entries), attempts };
    },
    async () => {},
  ).catch((error: unknown) => error);
  return { asked, outcome };
};

describe('a batch', () => {
  it('is asked for once when all of it is done', async () => {
    expect(await run(() => [])).toEqual({ asked: [[1, 2, 3]], outcome: undefined });
  });

  it('is asked for again, for what was left of it only', async () => {
    expect((await run((entries) => entries.slice(1))).asked).toEqual([[1, 2, 3], [2, 3], [3]]);
  });

  it('fails as trouble of the infrastructure when something is left each time', async () => {
    const { asked, outcome } = await run((entries) => entries);
    expect(asked).toHaveLength(5);
    expect(isInfrastructureError(outcome)).toBe(true);
  });

  it('counts the attempts that the SDK has made already', async () => {
    expect((await run((entries) => entries, 3)).asked).toHaveLength(2);
  });

  it('that is empty asks nobody', async () => {
    await retryUnprocessed([], () => Promise.reject(new Error('asked')));
  });
});
