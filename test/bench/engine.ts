import { fileURLToPath } from 'node:url';
import { client } from '../support/api.ts';
import { startSuite } from '../support/suite.ts';
import { profile } from './engine-profile.ts';
import { type Figure, markdown } from './figure.ts';
import { median } from './measure.ts';
import { type PartTimes, partTimes } from './process-times.ts';

const TURNS = 5;

/** Its only kernel is the one that computes nothing. */
const replace = { 'functions/kernels/registry.ts': fileURLToPath(new URL('no-work.ts', import.meta.url)) };

const works = [
  { label: 'one part', parts: 1, each: 20 },
  { label: '1,000 parts', parts: 1_000, each: 1 },
] as const;

/** Of one computation: seconds by the clock, and of processor time by part where it can be known. */
interface Run {
  readonly wall: number;
  readonly times: PartTimes | undefined;
}

let run = 0;

/** Submits a computation of so many parts, and waits for its result. */
const compute = async (call: ReturnType<typeof client>, parts: number): Promise<void> => {
  run += 1;
  const headers = { prefer: 'wait=25' };
  let { body } = await call('POST', '/computations', {
    headers,
    body: { type: 'no-work', input: { parts, run } },
  });
  while (body.status === 'queued' || body.status === 'running') {
    ({ body } = await call('GET', `/computations/${body.id}`, { headers }));
  }
  if (body.result?.count !== parts) throw new Error(`A computation ended as ${JSON.stringify(body)}.`);
};

/** Where the processor time of computations of 1,000 parts goes. */
const profileTable = async (): Promise<string> => {
  const rows = await profile(
    (adapt) => startSuite({ replace, adapt, minify: false }),
    async (platform) => {
      const call = client(platform.url);
      for (let n = 0; n < 3; n += 1) await compute(call, 1_000);
    },
  );
  return markdown({ columns: ['spent in', 'functions', 'platform and SQS', 'together'], rows });
};

const how =
  'The table is from one more run, under a profiler. Native work of Node.js counts for its caller. A write that wakes another process takes as long as that process runs at once. SQS (fauxqs on fastify, called through light-my-request) is in the process of the platform.';

/** Of the three largest costs that the profile had shown at first. Measured on the revisions before and after, in turns. */
const removed = `**What was removed.** The proxy that held the functions to their roles: with it 1,000 parts took 3.1 to 3.4 s of the functions and 1.4 to 1.5 s of the platform, without it 2.5 to 2.6 and 0.8 to 0.9. The pauses of \`Prefer: wait\`, which began at 50 ms and grew by half: one part took 66 ms with them and 24 without, and 1,000 parts took half a second more. Node's channel between processes, over which an event went as a string within JSON into an event loop: lines over a socket and a blocking read answer 1.08 times the requests of the local API. Sending a function's lines along with its result was tried and dropped, because it gained nothing.`;

const milliseconds = (seconds: number): string => `${(seconds * 1_000).toFixed(seconds < 0.1 ? 1 : 0)} ms`;

export const engineOverhead: Figure = {
  name: 'engine',
  title: 'Engine overhead',
  about: `Time of the whole suite on this machine for computations whose parts compute nothing, from submitting to the result, and the processor time in it. The kernel belongs to the bench: \`test/bench/no-work.ts\`. Medians of ${TURNS} turns. There is no peer: compare the cost of a part with the seconds that a part is meant to compute.`,
  async measure() {
    const platform = await startSuite({ replace });
    try {
      const call = client(platform.url);
      const measured = async ({ parts, each }: (typeof works)[number]): Promise<Run> => {
        const before = partTimes();
        const begin = performance.now();
        for (let n = 0; n < each; n += 1) await compute(call, parts);
        const wall = (performance.now() - begin) / 1_000 / each;
        const after = partTimes();
        const spent = (part: keyof PartTimes) => ((after?.[part] ?? 0) - (before?.[part] ?? 0)) / each;
        const times = after && {
          platform: spent('platform'),
          dynamodb: spent('dynamodb'),
          functions: spent('functions'),
        };
        return { wall, times };
      };
      for (const work of works) await measured(work); // warm
      const runs = works.map((): Run[] => []);
      for (let turn = 0; turn < TURNS; turn += 1) {
        for (const [i, work] of works.entries()) runs[i]?.push(await measured(work));
      }
      const rows = works.map(({ label, parts }, i) => {
        const of = (value: (run: Run) => number) => median(runs[i]?.map(value) ?? []);
        const wall = of((run) => run.wall);
        const spent = (part: keyof PartTimes) => milliseconds(of((run) => run.times?.[part] ?? Number.NaN));
        return [
          label,
          milliseconds(wall),
          milliseconds(wall / parts),
          spent('functions'),
          spent('platform'),
          spent('dynamodb'),
        ];
      });
      return {
        columns: ['work', 'clock', 'a part', 'functions', 'platform and SQS', 'DynamoDB'],
        rows,
        notes: [await profileTable(), how, removed],
      };
    } finally {
      await platform.stop();
    }
  },
};
