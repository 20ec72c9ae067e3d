import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { advance } from '../../functions/kernels/mersenne-test/mersenne-squaring.ts';
import { optionPrice } from '../../functions/kernels/option-price/index.ts';
import { primeCount } from '../../functions/kernels/prime-count/index.ts';
import { randomSum } from '../../functions/kernels/random-sum/index.ts';
import { sumOfSquares } from '../../functions/kernels/sum-of-squares/index.ts';
import { runParallel } from '../support/kernel-runs.ts';
import type { Figure } from './figure.ts';
import { childCpuSeconds, compare, cpuSeconds, installed, seconds, times } from './measure.ts';

const peer = (name: string) => fileURLToPath(new URL(`peers/${name}`, import.meta.url));

/** The row of a comparison that this machine cannot make. */
const missing = (work: string, program: string, packages: string): string[][] => [
  [work, '', `not measured: ${program} is not installed (Debian: apt-get install ${packages})`, ''],
];

export const primes: Figure = {
  name: 'prime-count',
  title: 'Counting primes',
  about:
    'Processor time of all parts in one process, against `primesieve -t1`. To reach: at most 2 times its time.',
  async measure() {
    const rows: string[][] = [];
    for (const [to, label] of [
      [1e9, 'primes up to 10^9'],
      [1e10, 'primes up to 10^10'],
    ] as const) {
      if (!installed('primesieve')) {
        rows.push(...missing(label, 'primesieve', 'primesieve-bin'));
        continue;
      }
      const [ours, theirs] = await compare(
        () => cpuSeconds(() => runParallel(primeCount, { to })),
        () => childCpuSeconds(`primesieve ${to} -t1 -q`),
      );
      rows.push([label, seconds(ours), seconds(theirs), times(ours / theirs)]);
    }
    return { columns: ['work', 'prime-count', 'primesieve -t1', 'ratio of times'], rows };
  },
};

export const options: Figure = {
  name: 'option-price',
  title: 'Pricing a European call',
  about:
    'Millions of paths in a second of processor time, against `test/bench/peers/european_call.cpp` compiled with `g++ -O3 -march=native`. Ours come in antithetic pairs: two paths for each random number. To reach: more.',
  async measure() {
    const columns = ['work', 'option-price', 'C++', 'ratio of speeds', 'ratio counting a pair as one path'];
    const paths = 20_000_000;
    const work = `European call, ${paths.toLocaleString('en')} paths`;
    if (!installed('g++')) return { columns, rows: missing(work, 'g++', 'g++') };
    const folder = mkdtempSync(join(tmpdir(), 'spillway-bench-'));
    try {
      const program = join(folder, 'european_call');
      execFileSync('g++', ['-O3', '-march=native', '-o', program, peer('european_call.cpp')]);
      const [ours, theirs] = await compare(
        () =>
          cpuSeconds(() =>
            runParallel(optionPrice, {
              ...{ style: 'european', right: 'call', spot: 42, strike: 40, rate: 0.1 },
              ...{ volatility: 0.2, maturity: 0.5, paths, seed: 1 },
            }),
          ),
        () => childCpuSeconds(program),
      );
      const speed = (time: number) => `${(paths / time / 1e6).toFixed(1)} M/s`;
      const ratio = theirs / ours;
      return { columns, rows: [[work, speed(ours), speed(theirs), times(ratio), times(ratio / 2)]] };
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

export const sums: Figure = {
  name: 'sums',
  title: 'Sums of squares and of random integers',
  about:
    "Processor time of `sum-of-squares` and `random-sum` against the articles' Python in one process. To reach: 30 times as fast.",
  async measure() {
    const columns = ['work', 'Spillway', 'Python', 'times as fast'];
    const python = (workload: string) => () =>
      Number(execFileSync('python3', [peer('sums.py'), workload], { encoding: 'utf8' }));
    const works = [
      {
        label: 'four sums of 10^7 squares',
        ours: async () => {
          for (let i = 0; i < 4; i += 1) await runParallel(sumOfSquares, { n: 1e7 });
        },
        theirs: python('squares'),
      },
      {
        label: 'eight sums of 10^6 random integers',
        ours: async () => {
          for (let seed = 0; seed < 8; seed += 1) {
            await runParallel(randomSum, { count: 1e6, min: 1, max: 100, seed });
          }
        },
        theirs: python('integers'),
      },
    ];
    const rows: string[][] = [];
    for (const { label, ours, theirs } of works) {
      if (!installed('python3')) {
        rows.push(...missing(label, 'python3', 'python3'));
        continue;
      }
      const [mine, others] = await compare(() => cpuSeconds(ours), theirs);
      rows.push([label, seconds(mine), seconds(others), times(others / mine)]);
    }
    return { columns, rows };
  },
};

export const mersenne: Figure = {
  name: 'mersenne-test',
  title: 'Testing Mersenne numbers',
  about:
    'Processor time of a squaring modulo 2^p − 1, in a run of hundreds as a step of `mersenne-test` makes them, against plain squaring and `%` of `BigInt`. To reach: 3 times as fast.',
  async measure() {
    const rows: string[][] = [];
    for (const [exponent, squarings] of [
      [11_213, 2000],
      [44_497, 300],
    ] as const) {
      const modulus = (1n << BigInt(exponent)) - 1n;
      const start = 3n ** BigInt(exponent) % modulus;
      const [ours, plain] = await compare(
        () => cpuSeconds(() => advance(start, exponent, squarings)),
        () =>
          cpuSeconds(() => {
            let residue = start;
            for (let i = 0; i < squarings; i += 1) residue = (residue * residue - 2n) % modulus;
          }),
      );
      const each = (time: number) => `${((time / squarings) * 1e6).toFixed(1)} µs`;
      rows.push([`2^${exponent} − 1`, each(ours), each(plain), times(plain / ours)]);
    }
    return { columns: ['modulus', 'mersenne-test', 'BigInt', 'times as fast'], rows };
  },
};
