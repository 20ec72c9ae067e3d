import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Figure } from './figure.ts';
import { compare, cpuSeconds, installed, notMeasured, seconds, times } from './measure.ts';

/** A kernel's work against the same in Python, by a script that prints its seconds of processor time. */
export const comparedWithPython = (comparison: {
  readonly name: string;
  readonly title: string;
  readonly work: string;
  readonly ours: () => Promise<void>;
  readonly script: URL;
}): Figure => {
  const { name, title, work, ours, script } = comparison;
  return {
    name,
    title,
    about: `Processor time of \`${name}\` against the articles' Python in one process. Target: 30 times as fast.`,
    async measure() {
      const columns = ['work', 'Spillway', 'Python', 'times as fast'];
      if (!installed('python3')) return { columns, rows: [], notes: [notMeasured('python3', 'python3')] };
      const [mine, others] = await compare(
        () => cpuSeconds(ours),
        () => Number(execFileSync('python3', [fileURLToPath(script)], { encoding: 'utf8' })),
      );
      return { columns, rows: [[work, seconds(mine), seconds(others), times(others / mine)]] };
    },
  };
};
