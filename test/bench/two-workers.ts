import { execFileSync } from 'node:child_process';
import { findKernel } from '../../functions/kernels/index.ts';
import type { Template } from '../../infra/local/cloudformation/template.ts';
import { startPlatform } from '../../infra/start/start-platform.ts';
import { client } from '../support/api.ts';
import type { Figure } from './figure.ts';
import { installed, median, notMeasured, seconds, times } from './measure.ts';

const TYPE = 'prime-count';
const TURNS = 3;
const TO = 1e11;
const COUNT = 4_118_054_813;

/** So many workers at once, where Lambda's own least is two. */
const atOnce = (workers: number) => (template: Template) => {
  const [mapping, ...others] = Object.entries(template.Resources).filter(
    ([, { Type, Properties }]) =>
      Type === 'AWS::Lambda::EventSourceMapping' &&
      JSON.stringify(Properties?.FunctionName).includes('worker'),
  );
  if (mapping === undefined || others.length > 0) throw new Error('Which mapping is the worker’s?');
  Object.assign(mapping[1].Properties ?? {}, { ScalingConfig: { MaximumConcurrency: workers } });
};

/** Seconds by the clock from submitting to the result, once the workers are warm. */
const ours = async (workers: number): Promise<number> => {
  const platform = await startPlatform({ adapt: atOnce(workers) });
  try {
    const call = client(platform.url);
    const headers = { prefer: 'wait=25' };
    const count = async (to: number): Promise<number> => {
      let { body } = await call('POST', '/computations', {
        headers,
        body: { type: TYPE, input: { to } },
      });
      while (body.status === 'queued' || body.status === 'running') {
        ({ body } = await call('GET', `/computations/${body.id}`, { headers }));
      }
      return body.result?.count;
    };
    await count(2e9);
    const begin = performance.now();
    const found = await count(TO);
    const wall = (performance.now() - begin) / 1_000;
    if (found !== COUNT) throw new Error(`There are ${COUNT} primes up to ${TO}, not ${found}.`);
    return wall;
  } finally {
    await platform.stop();
  }
};

const theirs = (threads: number): number => {
  const begin = performance.now();
  execFileSync('primesieve', [String(TO), `-t${threads}`, '-q']);
  return (performance.now() - begin) / 1_000;
};

export const twoWorkers: Figure = {
  name: 'two-workers',
  title: 'Two workers',
  about: `Time by the clock of \`${TYPE}\` to 10^11 through the whole suite, from submitting to the result, with one worker and with two, against \`primesieve\` with one thread and with two; medians of ${TURNS} turns. To reach: two workers help at least 0.93 times as much as two threads.`,
  async measure() {
    const columns = ['', 'one', 'two', 'times as fast'];
    if (findKernel(TYPE) === undefined) {
      return { columns, rows: [], notes: [`Not measured: there is no computation type ${TYPE}.`] };
    }
    if (!installed('primesieve')) {
      return { columns, rows: [], notes: [notMeasured('primesieve', 'primesieve-bin')] };
    }
    const runs: [number[], number[], number[], number[]] = [[], [], [], []];
    for (let turn = 0; turn < TURNS; turn += 1) {
      runs[0].push(await ours(1));
      runs[1].push(await ours(2));
      runs[2].push(theirs(1));
      runs[3].push(theirs(2));
    }
    const [one, two, oneThread, twoThreads] = runs.map(median) as [number, number, number, number];
    const rows = [
      ['Spillway, workers', seconds(one), seconds(two), times(one / two)],
      ['primesieve, threads', seconds(oneThread), seconds(twoThreads), times(oneThread / twoThreads)],
      ['ratio', '', '', times(one / two / (oneThread / twoThreads))],
    ];
    return { columns, rows };
  },
};
