import { suiteOf } from '../../infra/stages.ts';
import { type Figure, markdown } from './figure.ts';
import { REQUESTS, type Sample, samplesOf } from './memory-flat.ts';
import { missingTypes, worstOf } from './memory-worst.ts';

const MIB = 2 ** 20;
const megabytes = (bytes: number): string => `${(bytes / MIB).toFixed(0)} MB`;
const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;

/** The first tenths warm up: heaps and memories of answers fill to what they may have. */
const WARM_UP = 3;

/** By how much the values grow from one to the next, fitted by least squares, in parts of their mean. */
const slope = (values: readonly number[]): number => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const middle = (values.length - 1) / 2;
  const up = values.reduce((sum, value, n) => sum + (n - middle) * (value - mean), 0);
  const across = values.reduce((sum, _, n) => sum + (n - middle) ** 2, 0);
  return up / across / mean;
};

const flatTable = (samples: readonly Sample[]): string => {
  const row = (name: string, of: (sample: Sample) => number): string[] => {
    const values = samples.map(of);
    return [name, ...values.map(megabytes), percent(slope(values.slice(WARM_UP)))];
  };
  const instances = ['instances', ...samples.map((one) => String(one.instances)), ''];
  return markdown({
    columns: ['after', ...samples.map((_, n) => `${n + 1}/10`), 'growth a tenth'],
    rows: [
      row('the platform', ({ platform }) => platform),
      row('… kept in its heap', ({ kept }) => kept),
      row('an instance of a function, mean', ({ functions, instances: count }) => functions / count),
      instances,
    ],
  });
};

export const memory: Figure = {
  name: 'memory',
  title: 'Memory',
  about: `The most resident memory that the process of each function ever had when it was asked for the worst that it accepts, against the size that it is configured with; and that of the local platform over an hour's requests, ${REQUESTS.toLocaleString('en')} of them, as fast as they are answered. To reach: under half of its size; flat.`,
  async measure() {
    if (process.platform !== 'linux') return { columns: ['not measured'], rows: [['only Linux tells']] };
    const peaks = await worstOf();
    const { functions } = suiteOf('prod');
    const rows = Object.entries(functions).map(([name, { memoryMegabytes }]) => {
      const peak = peaks.get(name) ?? Number.NaN;
      return [name, `${memoryMegabytes} MB`, megabytes(peak), percent(peak / (memoryMegabytes * MIB))];
    });
    const samples = await samplesOf();
    return { columns: ['function', 'size', 'peak', 'of its size'], rows, notes: notes(flatTable(samples)) };
  },
};

const notes = (flat: string): string[] => [
  ...(missingTypes().length === 0
    ? []
    : [`Left out, because there is no such computation type: ${missingTypes().join(', ')}.`]),
  `The worst: items of the most characters at four bytes each, pages of a hundred of them, bodies of 256 KiB, memories of old answers filled to their 16 MiB; a hundred computations with results of 64 KB in one page, and each alone; a sweeper with eight thousand nominations; dead letters of a megabyte; for the worker the largest parts of every computation (an exponent of 249,989, an Asian option of 10,000 steps, a sieve just below 10^14), and statistics of the largest items. A process here is Node.js and what it loads, as on Lambda, with the young generation that V8 takes on a machine of the function's size; Linux tells the peak (\`VmHWM\`).`,
  `**Over time.** Reads, lists, writes, refusals and computations in turns, ${REQUESTS.toLocaleString('en')} altogether; resident memory after each tenth, when the platform has collected its garbage. Growth is the slope of the tenths from the ${WARM_UP + 1}th on, fitted by least squares.`,
  flat,
];
