import type { Figure } from '../../../test/bench/figure.ts';
import {
  childCpuSeconds,
  compare,
  cpuSeconds,
  installed,
  notMeasured,
  seconds,
  times,
} from '../../../test/bench/measure.ts';
import { runParallel } from '../../../test/support/kernel-runs.ts';
import { primeCount } from './index.ts';

export const figure: Figure = {
  name: 'prime-count',
  title: 'Counting primes',
  about:
    'Processor time of all parts in one process, against `primesieve -t1`. Target: at most 2 times its time.',
  async measure() {
    const columns = ['work', 'prime-count', 'primesieve -t1', 'ratio of times'];
    if (!installed('primesieve')) {
      return { columns, rows: [], notes: [notMeasured('primesieve', 'primesieve-bin')] };
    }
    const rows: string[][] = [];
    for (const exponent of [9, 10]) {
      const to = 10 ** exponent;
      const [ours, theirs] = await compare(
        () => cpuSeconds(() => runParallel(primeCount, { to })),
        () => childCpuSeconds(`primesieve ${to} -t1 -q`),
      );
      rows.push([`primes up to 10^${exponent}`, seconds(ours), seconds(theirs), times(ours / theirs)]);
    }
    return { columns, rows };
  },
};
