import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { client } from '../support/api.ts';
import { instancesOf, memoryOf } from './memory-processes.ts';

const program = fileURLToPath(new URL('./memory-platform.ts', import.meta.url));

/** An hour of five requests a second. */
export const REQUESTS = 18_000;

const TENTHS = 10;
const AT_ONCE = 4;

/** Few enough that the table does not grow, and a client meets its own writes. */
const ITEMS = 500;

type Api = ReturnType<typeof client>;

/** What a day's traffic is made of: mostly reads, some writes, what is refused, and now and then a computation. */
const request = (api: Api, n: number): Promise<unknown> => {
  const path = `/items/${(n * 7_919) % ITEMS}`;
  const item = { name: `item ${n}`, description: 'x'.repeat(n % 1_000) };
  if (n % 100 === 0)
    return api('POST', '/computations', {
      body: { type: 'sum-parts', input: { parts: 1, seed: n % 5_000 } },
    });
  if (n % 20 === 1) return api('GET', '/items?limit=50', { headers: { 'cache-control': 'max-age=5' } });
  if (n % 20 === 2) return api('GET', '/computations?limit=20');
  if (n % 20 === 3) return api('PATCH', path, { body: { name: '' } });
  if (n % 5 === 4) return api('PUT', path, { body: item });
  return api('GET', path, { headers: { 'cache-control': 'max-age=5' } });
};

export interface Sample {
  /** Resident bytes of the platform's own process: gateway, queues, event sources. */
  readonly platform: number;
  /** Bytes that are left in its heap when its garbage has been collected. */
  readonly kept: number;
  /** Resident bytes of all instances of functions together, and how many there are. */
  readonly functions: number;
  readonly instances: number;
}

/** Memory after each tenth of an hour's requests, one after another as fast as they are answered. */
export const samplesOf = async (): Promise<readonly Sample[]> => {
  const data = mkdtempSync(join(tmpdir(), 'spillway-bench-'));
  const platform = fork(program, [data], { execArgv: ['--expose-gc'] });
  const answer = async (): Promise<unknown> => (await once(platform, 'message'))[0];
  try {
    const api = client(String(await answer()));
    const samples: Sample[] = [];
    for (let tenth = 0; tenth < TENTHS; tenth += 1) {
      const size = REQUESTS / TENTHS;
      const numbers = Array.from({ length: size }, (_, n) => tenth * size + n).values();
      const send = async () => {
        for (const n of numbers) await request(api, n);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, send));
      platform.send('how much');
      const kept = Number(await answer());
      const pid = platform.pid ?? 0;
      const instances = instancesOf(pid);
      samples.push({
        platform: memoryOf(pid).resident,
        kept,
        functions: instances.reduce((sum, { resident }) => sum + resident, 0),
        instances: instances.length,
      });
    }
    return samples;
  } finally {
    const ended = once(platform, 'exit');
    platform.disconnect();
    await ended;
    rmSync(data, { recursive: true });
  }
};
