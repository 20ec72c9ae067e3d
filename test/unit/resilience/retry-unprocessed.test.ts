import { describe, expect, it } from 'vitest';
import { isInfrastructureError } from '../../../functions/lib/resilience/infrastructure-error.ts';
import { retryUnprocessed } from '../../../functions/lib/resilience/retry-unprocessed.ts';

/** Sends a batch to a service that leaves unprocessed what `leave` says, and gives the entries of each request. */
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
  it('is sent once when all of it is processed', async () => {
    expect(await run(() => [])).toEqual({ asked: [[1, 2, 3]], outcome: undefined });
  });

  it('is sent again with the unprocessed entries only', async () => {
    expect((await run((entries) => entries.slice(1))).asked).toEqual([[1, 2, 3], [2, 3], [3]]);
  });

  it('fails with an infrastructure error when entries stay unprocessed', async () => {
    const { asked, outcome } = await run((entries) => entries);
    expect(asked).toHaveLength(5);
    expect(isInfrastructureError(outcome)).toBe(true);
  });

  it('counts the attempts that the SDK makes', async () => {
    expect((await run((entries) => entries, 3)).asked).toHaveLength(2);
  });

  it('is not sent when it is empty', async () => {
    await retryUnprocessed([], () => Promise.reject(new Error('asked')));
  });
});
