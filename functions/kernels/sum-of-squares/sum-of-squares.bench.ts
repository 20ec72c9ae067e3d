import { comparedWithPython } from '../../../test/bench/compared-with-python.ts';
import { runParallel } from '../../../test/support/kernel-runs.ts';
import { sumOfSquares } from './index.ts';

export const figure = comparedWithPython({
  name: 'sum-of-squares',
  title: 'Sums of squares',
  work: 'four sums of 10^7 squares',
  ours: async () => {
    for (let i = 0; i < 4; i += 1) await runParallel(sumOfSquares, { n: 1e7 });
  },
  script: new URL('./sum_of_squares.py', import.meta.url),
});
