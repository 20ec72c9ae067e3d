import { comparedWithPython } from '../../../test/bench/compared-with-python.ts';
import { runParallel } from '../../../test/support/kernel-runs.ts';
import { randomSum } from './index.ts';

export const figure = comparedWithPython({
  name: 'random-sum',
  title: 'Sums of random integers',
  work: 'eight sums of 10^6 random integers',
  ours: async () => {
    for (let seed = 0; seed < 8; seed += 1) {
      await runParallel(randomSum, { count: 1e6, min: 1, max: 100, seed });
    }
  },
  script: new URL('./random_sum.py', import.meta.url),
});
