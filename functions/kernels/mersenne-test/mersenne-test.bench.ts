import type { Figure } from '../../../test/bench/figure.ts';
import { compare, cpuSeconds, times } from '../../../test/bench/measure.ts';
import { advance } from './mersenne-squaring.ts';

export const figure: Figure = {
  name: 'mersenne-test',
  title: 'Testing Mersenne numbers',
  about:
    'Processor time of a squaring modulo 2^p − 1, in a run of hundreds, as a step of `mersenne-test` makes them. The peer is plain squaring and `%` of `BigInt`. Target: 3 times as fast.',
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
