import { writeFile } from 'node:fs/promises';
import type { Figure } from './figure.ts';
import { logLogPlot } from './growth-plot.ts';
import { bound, fluidLimit, LATENCY, simulate, target, WORKERS } from './growth-world.ts';

const PARTS = [10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000];

const seconds = (value: number): string => `${value.toFixed(2)} s`;

/** Enough points for a smooth line, from ten parts to a million. */
const curve = Array.from({ length: 51 }, (_, n) => Math.round(10 ** (1 + n / 10))).map(
  (parts): [number, number] => [parts, bound(parts)],
);

const plot = (runs: readonly (readonly [parts: number, seconds: number])[]): string =>
  logLogPlot({
    title: 'Computations of one-second parts on a growing number of workers',
    x: { title: 'parts', from: 1, to: 6 },
    y: { title: 'seconds', from: 0, to: 3 },
    series: [
      { name: 'work ÷ workers available', kind: 'line', points: curve },
      { name: 'the engine, simulated', kind: 'marks', points: runs },
    ],
  });

export const growth: Figure = {
  name: 'growth',
  title: 'How time grows with the work',
  about: `Seconds from a request to its result, for the real engine in virtual time, with parts of one second. Latencies are of AWS's order: ${LATENCY.dynamodb} ms for a request to DynamoDB, ${LATENCY.sqs} ms for one to SQS, ${LATENCY.coldStart} ms for a cold start. There are ${WORKERS.first} workers at first, and ${WORKERS.perMinute} more a minute up to ${WORKERS.most.toLocaleString('en')}. Target: at most a tenth above work ÷ workers available, and a third of a second for each level of the tree.`,
  async measure() {
    const runs: [number, number][] = [];
    const rows: string[][] = [];
    for (const parts of PARTS) {
      const run = await simulate(parts);
      if (run.count !== parts) throw new Error(`${run.count} of ${parts} parts were counted`);
      runs.push([parts, run.seconds]);
      const least = bound(parts);
      rows.push([
        parts.toLocaleString('en'),
        run.messages.toLocaleString('en'),
        run.workers.toLocaleString('en'),
        seconds(fluidLimit(parts)),
        seconds(least),
        seconds(run.seconds),
        `${((run.seconds / least - 1) * 100).toFixed(1)} %`,
        seconds(target(parts)),
      ]);
    }
    await writeFile(new URL('../../docs/growth.svg', import.meta.url), plot(runs));
    const columns = [
      'parts',
      'messages',
      'workers',
      'fluid limit',
      'bound',
      'simulated',
      'above it',
      'target',
    ];
    return { columns, rows, notes };
  },
};

const rate = WORKERS.perMinute / 60;

const notes = [
  '![Seconds against parts, both on logarithmic axes: the simulated engine lies on the bound from a thousand parts on](growth.svg)',
  `**The bound.** From the moment of the request there are W(t) = min(${WORKERS.most.toLocaleString('en')}, ${WORKERS.first} + ${rate} t) workers after t seconds. The fluid limit is the T at which ∫ W(t) dt from 0 to T equals the seconds of work, ${LATENCY.part / 1_000} for each part. T = (√(${WORKERS.first}² + ${2 * rate} N) − ${WORKERS.first}) ÷ ${rate} until all workers are there (${(WORKERS.most - WORKERS.first) / rate} s), and N ÷ ${WORKERS.most.toLocaleString('en')} more from then on. A part cannot be divided. So the bound is the first moment at which those workers, each busy with whole parts from its arrival, have done N.`,
  'The target is 1.1 × bound + 0.33 s × (levels of the tree + 1). On the way down each level is a message that is sent and received, and a cold worker that reads a record. On the way up it is one write. A tree of N parts has ⌈log₁₀ N⌉ levels.',
  'A worker takes one message after another: a receive, the run, a delete. So the engine adds to a part of a second two requests to SQS and two to DynamoDB, 30 ms, and a ninth of the 40 ms of an inner node: 3.4 %. While workers are still being added, time grows with the square root of the work, so only half of that shows. Nothing else grows: no worker waits for another, and no record is written more than ten times, however many parts there are. Messages are delivered in the order in which they were sent. An input may ask for ten thousand parts at most; the engine itself has no such limit.',
];
