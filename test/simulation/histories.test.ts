import { describe, expect, it } from 'vitest';
import { FAULTS } from './faults.ts';
import { runHistory } from './history.ts';

/** As many as a slow core runs in some fifteen seconds. */
const SEEDS = 1_200;

describe('the engine, whole', () => {
  it(`keeps every invariant in ${SEEDS} histories, through every kind of fault`, async () => {
    const broken: unknown[] = [];
    const met = new Set<string>();
    const kinds = new Set<string>();
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const { violation, faults, kind } = await runHistory(seed);
      if (violation !== undefined) broken.push({ seed, ...violation });
      for (const fault of faults.keys()) met.add(fault);
      kinds.add(kind);
    }
    expect(broken).toEqual([]);
    expect(FAULTS.filter((fault) => !met.has(fault))).toEqual([]);
    expect([...kinds].sort()).toEqual(['calm', 'deployment', 'outage', 'storm']);
  });
});

describe('a seed', () => {
  it('decides everything: its history is the same, line by line, each time', async () => {
    for (const seed of [3, 75, 201]) {
      const first = await runHistory(seed, { traced: true });
      await runHistory(seed + 1);
      const second = await runHistory(seed, { traced: true });
      expect(second).toEqual(first);
      expect(first.trace.length).toBeGreaterThan(50);
    }
  });

  it('has the same history whether somebody looks or not', async () => {
    const { trace: _, ...looked } = await runHistory(75, { traced: true });
    const { trace: __, ...unseen } = await runHistory(75);
    expect(unseen).toEqual(looked);
  });

  it('is not the history of another one', async () => {
    const [one, other] = [await runHistory(75, { traced: true }), await runHistory(76, { traced: true })];
    expect(one.trace).not.toEqual(other.trace);
  });
});
