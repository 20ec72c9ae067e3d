import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { build as esbuild, type Plugin } from 'esbuild';
import { httpEvent } from '../support/events.ts';
import { environment } from './environment.ts';
import type { Figure } from './figure.ts';
import { median, times } from './measure.ts';

/** Handlers are measured in turns: so many turns, of so many invocations of each route and handler. */
const TURNS = 21;
const INVOCATIONS = 250;
/** Before that, until V8 has compiled what is hot. */
const WARM_UP = 15_000;

/** What the peers need, besides what Spillway has itself; installed for the run, so that a clone stays lean. */
const packages = {
  '@aws-lambda-powertools/event-handler': '2.35.0',
  '@aws-lambda-powertools/logger': '2.35.0',
  '@aws-lambda-powertools/metrics': '2.35.0',
  hono: '4.13.19',
  '@hono/zod-validator': '0.9.1',
  'lambda-api': '1.5.1',
  zod: '4.6.7',
};

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const peer = (name: string) => here(`peers/handlers/${name}.mjs`);

const ours = here('../../functions/items/handler.ts');
const bare = peer('bare');
const peers = [
  ['Powertools event handler', peer('powertools')],
  ['Hono', peer('hono')],
  ['lambda-api', peer('lambda-api')],
] as const;

const install = async (folder: string): Promise<boolean> => {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: packages }));
  try {
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
    await promisify(execFile)('npm', ['install', ...options], { cwd: folder });
    return true;
  } catch {
    return false;
  }
};

/** In every bundle the SDK has the same HTTP handler, which answers by itself. */
const stubbed: Plugin = {
  name: 'stubbed-http-handler',
  setup({ onResolve }) {
    const path = here('stubbed-http-handler.mjs');
    onResolve({ filter: /^@smithy\/node-http-handler$/ }, () => ({ path }));
  },
};

/** Bundles a handler as `infra/bundle/build.ts` does. */
const bundle = async (entry: string, outdir: string, folder: string): Promise<string> => {
  await esbuild({
    ...{ entryPoints: [entry], outdir, entryNames: 'index', outExtension: { '.js': '.mjs' } },
    ...{ bundle: true, splitting: true, minify: true, format: 'esm', platform: 'node', target: 'node24' },
    ...{ mainFields: ['module', 'main'], plugins: [stubbed], logLevel: 'silent' },
    nodePaths: [join(folder, 'node_modules')],
    external: ['@aws-sdk/client-s3', '@aws-sdk/s3-request-presigner'], // lambda-api loads them for what nobody asks
    banner: {
      js: "import { createRequire as from } from 'node:module'; const require = from(import.meta.url);",
    },
  });
  return join(outdir, 'index.mjs');
};

const headers = {
  accept: 'application/json',
  'accept-encoding': 'gzip, deflate, br',
  authorization: `Bearer ${'x'.repeat(900)}`,
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0',
  'x-amzn-trace-id': 'Root=1-5e6722a7-cc56a0b146db7ae02d4da47e',
  'x-forwarded-for': '203.0.113.7',
  'x-forwarded-port': '443',
  'x-forwarded-proto': 'https',
};
const claims = { sub: 'user-1', iss: 'https://issuer.example', scope: 'items/read items/write' };

const requests: readonly { readonly status: number; readonly event: APIGatewayProxyEventV2 }[] = [
  {
    status: 200,
    event: {
      ...httpEvent({ path: '/items/1', pattern: '/items/{id}', headers, claims }),
      pathParameters: { id: '1' },
    },
  },
  {
    status: 201,
    event: httpEvent({
      ...{ method: 'POST', path: '/items', pattern: '/items', headers, claims },
      body: { id: 1, name: 'Lamp', description: 'A lamp for the desk' },
    }),
  },
];

/** Microseconds of processor time that an invocation takes, in a process that runs many. */
const run = async (
  child: ChildProcess,
  { event, status }: (typeof requests)[number],
  invocations: number,
): Promise<number> => {
  child.send({ payload: JSON.stringify(event), invocations });
  const [{ answer, microseconds }] = await once(child, 'message');
  const { statusCode } = JSON.parse(answer);
  if (statusCode !== status) throw new Error(`A handler of the bench answered ${statusCode}: ${answer}`);
  return microseconds;
};

/** By handler and request, what each turn measured. */
const measureTurns = async (files: readonly string[]): Promise<number[][][]> => {
  const children: ChildProcess[] = [];
  try {
    for (const file of files) {
      const child = fork(here('warm-process.mjs'), [pathToFileURL(file).href], {
        env: environment,
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      children.push(child);
      await once(child, 'message');
      for (const request of requests) await run(child, request, WARM_UP);
    }
    const turns = files.map(() => requests.map((): number[] => []));
    for (let turn = 0; turn < TURNS; turn += 1) {
      for (const [i, child] of children.entries()) {
        for (const [n, request] of requests.entries()) {
          turns[i]?.[n]?.push(await run(child, request, INVOCATIONS));
        }
      }
    }
    return turns;
  } finally {
    for (const child of children) child.kill();
  }
};

const microseconds = (value: number): string => `${value.toFixed(0)} µs`;

export const warmOverhead: Figure = {
  name: 'warm',
  title: 'Warm overhead',
  about: `Processor time of an invocation of the whole items handler (\`GET /items/{id}\`, \`POST /items\`) in a warm process, against others with routing, validation, JSON errors, a structured log line, metrics and security headers (\`test/bench/peers/handlers\`). All make the same calls with the client of the SDK as it is, and are bundled alike, DynamoDB answered by a stub in place of the SDK's HTTP handler; Spillway also limits the time of each attempt, passes a circuit breaker and counts capacity. "Adds" is what a handler takes above one with only the call; medians of ${TURNS} turns of ${INVOCATIONS} invocations. To reach: Spillway adds less than Powertools and Hono, and at most 1.25 times what lambda-api adds.`,
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), 'spillway-bench-'));
    try {
      const present = (await install(folder)) ? peers : [];
      const handlers = [['(bare)', bare], ['Spillway', ours], ...present] as const;
      const files = await Promise.all(
        handlers.map(([, entry], i) => bundle(entry, join(folder, String(i)), folder)),
      );
      const turns = await measureTurns(files);
      /** Above the bare handler in the same turn. */
      const added = (handler: number, n: number): number =>
        median(turns[handler]?.[n]?.map((time, turn) => time - (turns[0]?.[n]?.[turn] ?? 0)) ?? []);
      const rows = handlers.map(([name], i) => [
        name,
        ...requests.flatMap((_, n) => [
          microseconds(median(turns[i]?.[n] ?? [])),
          i < 1 ? '' : microseconds(added(i, n)),
          i < 2 ? '' : times(added(1, n) / added(i, n)),
        ]),
      ]);
      return {
        columns: ['handler', ...['GET', 'POST'].flatMap((name) => [name, 'adds', 'Spillway adds'])],
        rows,
        ...(present.length === 0 && {
          notes: [`Not measured, because npm could not install them: ${Object.keys(packages).join(', ')}.`],
        }),
      };
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};
