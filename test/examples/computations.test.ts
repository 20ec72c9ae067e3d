import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Platform } from '../../infra/local/platform.ts';
import { type Answer, client, until } from '../support/api.ts';
import { ownFields, startSuite } from '../support/suite.ts';

// The example computations through the whole suite, against what is known of their results.

let platform: Platform;
let api: ReturnType<typeof client>;

beforeAll(async () => {
  platform = await startSuite({ replace: ownFields });
  api = client(platform.url);
});
afterAll(() => platform.stop());

/** Submits, and resolves to the result of the computation when it has finished. */
const resultOf = async (type: string, input: unknown): Promise<Answer['body']> => {
  const { body } = await api('POST', '/computations', { body: { type, input } });
  const finished = await until(
    async () => {
      const answer = await api('GET', `/computations/${body.id}`, { headers: { prefer: 'wait=20' } });
      return !['queued', 'running'].includes(answer.body.status) && answer.body;
    },
    'the end of the computation',
    200_000,
  );
  expect(finished).toMatchObject({ status: 'succeeded' });
  return finished.result;
};

describe('an example over HTTP', () => {
  it('counts the primes up to 10^10 as it is published', async () => {
    // https://oeis.org/A006880
    expect(await resultOf('prime-count', { to: 10_000_000_000 })).toEqual({ count: 455_052_511 });
  });

  it('adds up squares exactly', async () => {
    expect(await resultOf('sum-of-squares', { n: 10 })).toEqual({ sum: '285' });
  });

  it('adds up the same random integers for the same seed', async () => {
    const input = { count: 1_000_000, min: 1, max: 6, seed: 1 };
    const result = await resultOf('random-sum', input);
    const { body } = await api('POST', '/computations', {
      headers: { 'cache-control': 'no-cache', prefer: 'wait=20' },
      body: { type: 'random-sum', input },
    });
    expect(body).toMatchObject({ status: 'succeeded', result });
  });

  it('finds a Mersenne number prime through checkpoints', async () => {
    expect(await resultOf('mersenne-test', { exponent: 11_213 })).toMatchObject({
      exponent: 11_213,
      prime: true,
    });
  });

  it('gives an option its price with a confidence interval around the published one', async () => {
    // Hull, Options, Futures, and Other Derivatives: the example of the Black-Scholes formula.
    const option = {
      ...{ style: 'european', right: 'call', spot: 42, strike: 40, rate: 0.1, volatility: 0.2 },
      ...{ maturity: 0.5, paths: 10_000_000, seed: 1 },
    };
    const [low, high] = (await resultOf('option-price', option)).confidence95;
    expect(low).toBeLessThan(4.7594);
    expect(high).toBeGreaterThan(4.7594);
    expect(high - low).toBeLessThan(0.01);
  });

  it('finds the most frequent word of the tenant’s items', async () => {
    for (const [id, name] of [
      [1, 'alpha beta'],
      [2, 'beta'],
      [3, 'beta gamma'],
    ] as const) {
      const { status } = await api('PUT', `/items/${id}`, { body: { name, description: '' } });
      expect(status).toBe(201);
    }
    expect(await resultOf('item-statistics', { words: 1 })).toMatchObject({
      count: 3,
      words: [{ word: 'beta', count: 3, error: 0 }],
    });
  });
});
