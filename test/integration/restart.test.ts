import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { client, until } from '../support/api.ts';

const main = fileURLToPath(new URL('../support/suite/main.ts', import.meta.url));
let folder: string;
let running: ChildProcess | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spillway-restart-'));
});
afterEach(async () => {
  running?.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

/** A suite in a process of its own; resolves when it answers. */
const start = async () => {
  const child = spawn(process.execPath, [main, join(folder, 'data')], {
    // biome-ignore lint/style/noProcessEnv: what is killed leaves its template behind, here where the test removes it
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running = child;
  const exited = once(child, 'exit');
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const url = await until(async () => /"started","url":"([^"]+)"/.exec(output)?.[1], 'the suite', 100_000);
  return {
    api: client(url),
    /** How many parts of a computation its workers have computed. */
    computed: (id: string) =>
      output
        .split('\n')
        .filter((line) => line.includes(`"computation":"${id}"`) && line.includes('"PartsComputed":1'))
        .length,
    pid: child.pid ?? 0,
    kill: async (signal: 'SIGKILL' | 'SIGTERM') => {
      child.kill(signal);
      await exited;
    },
  };
};

/** The living descendants of a process, from Linux' own list. */
const descendantsOf = async (ancestor: number): Promise<number[]> => {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state !== undefined && state !== 'Z') parents.set(Number(name), Number(parent));
  }
  const descends = (pid: number | undefined): boolean =>
    pid !== undefined && (parents.get(pid) === ancestor || descends(parents.get(pid)));
  return [...parents.keys()].filter(descends);
};

const isAlive = async (pid: number): Promise<boolean> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !stat.slice(stat.lastIndexOf(')')).startsWith(') Z');
};

it.runIf(process.platform === 'linux')(
  'a platform killed in the middle of a computation finishes it when it is started again, by itself and without computing again what was reported',
  async () => {
    const first = await start();
    const { body } = await first.api('POST', '/computations', {
      body: { type: 'sum-parts', input: { parts: 100, milliseconds: 100 } },
    });
    const path = `/computations/${body.id}`;
    await until(async () => (await first.api('GET', path)).body.progress.done >= 5, 'some parts');
    const processes = await descendantsOf(first.pid);
    expect(processes.length).toBeGreaterThan(3); // DynamoDB, the worker and the functions that answered
    await first.kill('SIGKILL');
    await until(
      async () => !(await Promise.all(processes.map(isAlive))).includes(true),
      'the end of them all',
    );

    const second = await start();
    const { body: finished } = await until(async () => {
      const answer = await second.api('GET', path, { headers: { prefer: 'wait=20' } });
      return answer.body.status === 'succeeded' && answer;
    }, 'the result');
    expect(finished.result).toMatchObject({ sum: 4_950 });
    const { total } = finished.progress;
    const computed = first.computed(body.id) + second.computed(body.id);
    expect(first.computed(body.id)).toBeGreaterThanOrEqual(5);
    expect(computed).toBeGreaterThanOrEqual(total - availableParallelism());
    // Again only what workers had computed and not yet reported when they were killed.
    expect(computed).toBeLessThanOrEqual(total + Math.max(2, availableParallelism()));

    const last = await descendantsOf(second.pid);
    await second.kill('SIGTERM');
    await until(async () => !(await Promise.all(last.map(isAlive))).includes(true), 'the end of them all');
  },
);
