import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { until } from '../support/api.ts';

const main = fileURLToPath(new URL('../../infra/start/main.ts', import.meta.url));

/** `npm start` with these arguments, until the test ends. */
const start = (...args: readonly string[]) => {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-start-'));
  const child = spawn(process.execPath, [main, '--port', '0', '--data', join(folder, 'data'), ...args], {
    // biome-ignore lint/style/noProcessEnv: what is killed leaves its build behind, here where the test removes it
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const running = { output: '', end: () => child.kill('SIGTERM') && exited };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    running.output += text;
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  });
  return running;
};

it('says where the API and the page are, and what was asked of it', async () => {
  const running = start();
  const url = await until(
    async () => /runs at (http:\/\/localhost:\d+)/.exec(running.output)?.[1],
    'the platform',
  );

  expect(running.output).toContain(`See what it does at ${url}/_local/\n`);
  expect(await (await fetch(`${url}/_local/`)).text()).toContain('<title>Spillway');
  await fetch(`${url}/health`);
  await until(
    async () => /^\d\d:\d\d:\d\d GET \/health → 200 in \d+ ms$/m.test(running.output),
    'the line of the request',
  );
});

it('prints nothing but an object a line with --json', async () => {
  const running = start('--json');
  const lines = (): Record<string, unknown>[] =>
    running.output
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  const started = await until(
    async () => lines().find(({ message }) => message === 'started'),
    'the platform',
  );
  await fetch(`${started.url}/health`);
  await until(
    async () => lines().some(({ function: label }) => label === 'service'),
    'the line of the function',
  );
  await running.end();

  expect(started).toMatchObject({ level: 'INFO', page: `${started.url}/_local/` });
  expect(lines()).toContainEqual(
    expect.objectContaining({ message: 'access', method: 'GET', target: '/health', status: 200 }),
  );
  expect(lines()).toContainEqual(
    expect.objectContaining({ message: 'request', route: 'GET /health', function: 'service' }),
  );
  expect(lines().at(0)).toMatchObject({ message: 'starting' });
  expect(lines().at(-1)).toMatchObject({ message: 'stopping' });
});
