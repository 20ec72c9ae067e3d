import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Figure } from '../../../test/bench/figure.ts';
import {
  childCpuSeconds,
  compare,
  cpuSeconds,
  installed,
  notMeasured,
  times,
} from '../../../test/bench/measure.ts';
import { runParallel } from '../../../test/support/kernel-runs.ts';
import { optionPrice } from './index.ts';

const source = fileURLToPath(new URL('./european_call.cpp', import.meta.url));

const PATHS = 20_000_000;

const price = () =>
  runParallel(optionPrice, {
    ...{ style: 'european', right: 'call', spot: 42, strike: 40, rate: 0.1 },
    ...{ volatility: 0.2, maturity: 0.5, paths: PATHS, seed: 1 },
  });

export const figure: Figure = {
  name: 'option-price',
  title: 'Pricing a European call',
  about:
    'Millions of paths in a second of processor time, against `functions/kernels/option-price/european_call.cpp` compiled with `g++ -O3 -march=native`. Ours come in antithetic pairs: two paths for each random number. Target: more than the C++.',
  async measure() {
    const columns = ['work', 'option-price', 'C++', 'ratio of speeds', 'ratio counting a pair as one path'];
    if (!installed('g++')) return { columns, rows: [], notes: [notMeasured('g++', 'g++')] };
    const folder = mkdtempSync(join(tmpdir(), 'spillway-bench-'));
    try {
      const program = join(folder, 'european_call');
      execFileSync('g++', ['-O3', '-march=native', '-o', program, source]);
      const [ours, theirs] = await compare(
        () => cpuSeconds(price),
        () => childCpuSeconds(program),
      );
      const work = `European call, ${PATHS.toLocaleString('en')} paths`;
      const speed = (time: number) => `${(PATHS / time / 1e6).toFixed(1)} M/s`;
      const ratio = theirs / ours;
      return { columns, rows: [[work, speed(ours), speed(theirs), times(ratio), times(ratio / 2)]] };
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};
