import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { product } from '../../functions/product.ts';
import { pluginOptions } from '../../infra/start/plugins/options.ts';
import { tokenOf, until } from '../support/api.ts';

/** A start bundles everything; a busy machine takes more than a minute for it. */
const START_MS = 200_000;

const main = fileURLToPath(new URL('../../infra/start/main.ts', import.meta.url));

/** `npm start` with these arguments, until the test ends. */
const start = (...args: readonly string[]) => {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-start-'));
  const data = join(folder, 'data');
  const child = spawn(process.execPath, [main, '--port', '0', '--data', data, ...args], {
    // biome-ignore lint/style/noProcessEnv: what is killed leaves its build behind, here where the test removes it
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const running = {
    data,
    output: '',
    errors: '',
    closed: once(child, 'close'),
    end: (signal: 'SIGINT' | 'SIGTERM' = 'SIGTERM') => child.kill(signal) && exited,
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    running.output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    running.errors += text;
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  });
  return running;
};

it('runs the whole stack, prints lines that work when pasted, and ends at Ctrl-C', async () => {
  const running = start();
  await until(async () => running.output.includes('Ctrl-C ends it.'), 'the introduction', START_MS);
  const lines = running.output.split('\n').filter((line) => /^ {2}(curl|TOKEN=|id=)/.test(line));
  const url = /runs at (\S+):/.exec(running.output)?.[1] ?? '';
  const { types } = (await (
    await fetch(`${url}/computation-types`, { headers: { authorization: `Bearer ${await tokenOf(url)}` } })
  ).json()) as {
    types: { name: string; example: { input: object } }[];
  };

  const answers = execFileSync('sh', ['-c', lines.join('\n')], { encoding: 'utf8' })
    .trim()
    .split('\n');

  const [health, created, read, ...computed] = answers.map((line) => JSON.parse(line));
  expect(health).toMatchObject({ status: 'pass' });
  expect(created).toMatchObject({ id: expect.any(Number), createdAt: expect.any(String) });
  expect(read).toEqual(created);
  // The lines about a computation are there when there are computation types.
  expect(computed).toHaveLength(types.length === 0 ? 0 : 2);
  for (const { type, input } of computed)
    expect(types).toContainEqual(
      expect.objectContaining({ name: type, example: expect.objectContaining({ input }) }),
    );
  if (types.length > 0) expect(computed.at(-1)).toMatchObject({ status: 'succeeded' });
  expect(readdirSync(running.data)).toContain('dynamodb.sqlite');
  expect(await running.end('SIGINT')).toEqual([0, null]);
});

describe('a command line that is wrong', () => {
  const ended = async (...args: string[]) => {
    const running = start(...args);
    const [code] = await running.closed;
    return { code, errors: running.errors };
  };

  it.each([
    [['--port', 'x'], '--port takes a number from 0 to 65535, not "x".\n'],
    [['--port', '65536'], '--port takes a number from 0 to 65535, not "65536".\n'],
    [['--data', ''], '--data takes the name of a folder.\n'],
    [['--bogus'], "Unknown option '--bogus': see npm start -- --help.\n"],
    [['extra'], "Unexpected argument 'extra'"],
  ])('is refused in one sentence: %j', async (args, sentence) => {
    const { code, errors } = await ended(...args);

    expect(errors).toContain(sentence);
    expect(errors.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(1);
  });

  it('is told in one sentence when its port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
    });
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;

    const { code, errors } = await ended('--port', String(port));

    expect(errors).toBe(`Port ${port} is taken: end what listens there, or choose another with --port.\n`);
    expect(code).toBe(1);
  });
});

it('explains its options with --help', () => {
  const help = execFileSync(process.execPath, [main, '--help'], { encoding: 'utf8' });

  expect(help).toContain('npm start -- [--port N] [--data DIR] ');
  for (const { name, argument, help: what } of pluginOptions) {
    expect(help).toContain(` [--${name} ${argument}] `);
    expect(help).toContain(`  --${name} ${argument} ${what}\n`);
  }
});

it('says where the API and the page are, and what was asked of it', async () => {
  const running = start();
  const url = await until(
    async () => /runs at (http:\/\/localhost:\d+)/.exec(running.output)?.[1],
    'the platform',
    START_MS,
  );

  expect(running.output).toContain(`See what it does at ${url}/_local/\n`);
  expect(await (await fetch(`${url}/_local/`)).text()).toContain(`<title>${product.title}`);
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
    START_MS,
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
