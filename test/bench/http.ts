import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeSync } from 'node:fs';
import { devNull } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { requestToken } from '../../infra/local/auth/request-token.ts';
import { accessLine, functionLine } from '../../infra/local/log/console.ts';
import { freePort } from '../../infra/local/machine/loopback.ts';
import { startDynamoDb } from '../../infra/local/storage/dynamodb.ts';
import { startSuite } from '../support/suite.ts';
import type { Figure } from './figure.ts';
import { installed, median, times } from './measure.ts';

const TURNS = 7;
const SECONDS = 4;
/** Turns before the first that counts: V8 compiles some of it only after ten thousand requests. */
const WARM_UP = 8;
const CONNECTIONS = 16;
/** Times as many requests as the peer answers. */
const TO_REACH = 2.5;

/** What to know where it is not reached. */
const shortfall =
  'Not reached. A request takes about 0.4 ms of the functions, 0.2 ms of the platform and 0.1 ms of DynamoDB. These processes take turns on the processors. The peer takes 1.1 ms, nearly all of it in one process. So the ratio depends on the number of processors.';

const peers = fileURLToPath(new URL('peers/', import.meta.url));
const exec = promisify(execFile);

/** A service under load. */
interface Service {
  readonly url: string;
  /** Where items are created: FastAPI's path ends with a slash. */
  readonly collection: string;
  readonly headers: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Ours as `npm start` runs it, with fields that the peer has too: tokens checked, and every line written as the console does to a file; it goes nowhere. */
const startOurs = async (): Promise<Service> => {
  const file = openSync(devNull, 'w');
  const platform = await startSuite({
    onAccess: (access) => writeSync(file, `${accessLine(access)}\n`),
    onLog: (entry) => {
      const line = functionLine(entry);
      if (line !== undefined) writeSync(file, `${line}\n`);
    },
  });
  const token = await requestToken(platform.url, { tenant: 'bench' });
  return {
    url: platform.url,
    collection: '/items',
    headers: { authorization: `Bearer ${token}` },
    stop: async () => {
      await platform.stop();
      closeSync(file);
    },
  };
};

/** FastAPI with one worker over a DynamoDB of its own of the same kind; it checks no token and logs no request. */
const startTheirs = async (python: string): Promise<Service> => {
  const dynamodb = await startDynamoDb({ endpoint: undefined, file: undefined, onExit: () => {} });
  const port = await freePort();
  const command = [python, '-m', 'uvicorn', 'fastapi_dynamodb:app', '--port', String(port)];
  const server = spawn(
    'env',
    ['PYTHONDONTWRITEBYTECODE=1', `DDB=${dynamodb.endpoint}`, ...command, '--log-level', 'error'],
    { cwd: peers, stdio: 'ignore' },
  );
  const exited = once(server, 'exit');
  const stop = async () => {
    server.kill();
    await exited;
    await dynamodb.stop();
  };
  const url = `http://127.0.0.1:${port}`;
  while ((await fetch(url).catch(() => undefined)) === undefined) {
    if (server.exitCode !== null) {
      await stop();
      throw new Error('The FastAPI peer does not start: see test/bench/peers/fastapi_dynamodb.py.');
    }
    await delay(50);
  }
  return { url, collection: '/items/', headers: {}, stop };
};

/** Requests a second that were answered; throws when one was not, or not with success. */
const load = async ({ url, headers }: Service, path: string, ...script: string[]): Promise<number> => {
  const options = ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`];
  for (const [name, value] of Object.entries(headers)) options.push('-H', `${name}: ${value}`);
  const [lua, ...args] = script;
  if (lua !== undefined) options.push('-s', lua);
  const { stdout } = await exec('wrk', [...options, url + path, '--', ...args]);
  const refused = /Non-2xx.*|Socket errors.*/.exec(stdout);
  if (refused !== null) throw new Error(`wrk says of ${url}${path}: ${refused[0]}`);
  return Number(/Requests\/sec:\s*([\d.]+)/.exec(stdout)?.[1]);
};

/** The Python that has what the peer needs: Debian's own, where another stands before it on the path. */
const pythonOf = (): string | undefined =>
  ['python3', '/usr/bin/python3'].find((python) =>
    installed(`${python} && ${python} -c 'import fastapi, uvicorn, uvloop, httptools, boto3'`),
  );

export const localHttp: Figure = {
  name: 'http',
  title: 'Local HTTP',
  about: `Requests a second at ${CONNECTIONS} connections (\`wrk -t1\`) of the whole suite as \`npm start\` runs it: gateway, JWT authorizer, IAM, functions in processes, a line for each request. The peer is \`test/bench/peers/fastapi_dynamodb.py\` with one uvicorn worker, without tokens and lines. Each has its own Dynoxide. Medians of ${TURNS} turns of ${SECONDS} seconds, after ${WARM_UP} to warm up. Target: ${TO_REACH} times the peer's requests.`,
  async measure() {
    const columns = ['request', 'Spillway', 'FastAPI and boto3', 'ratio'];
    const python = pythonOf();
    if (python === undefined || !installed('wrk')) {
      const what = python === undefined ? 'Python has not FastAPI, uvicorn and boto3' : 'there is no wrk';
      const note = `Not measured: ${what} (Debian: apt-get install wrk python3-fastapi uvicorn python3-uvloop python3-httptools python3-boto3).`;
      return { columns, rows: [], notes: [note] };
    }
    const services: Service[] = [];
    try {
      services.push(await startOurs(), await startTheirs(python));
      let id = 1_000;
      const create = (service: Service): Promise<number> => {
        id += 1_000_000;
        return load(service, '/', `${peers}create_items.lua`, service.collection, String(id));
      };
      for (const { url, collection, headers } of services) {
        const item = { id: 1, name: 'Lamp', description: 'A lamp for the desk' };
        const answer = await fetch(url + collection, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify(item),
        });
        if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${await answer.text()}`);
      }
      const works = {
        'GET /items/{id}': (service: Service) => load(service, '/items/1'),
        'POST /items': create,
      };
      const rows: string[][] = [];
      let reached = true;
      for (const [name, work] of Object.entries(works)) {
        const runs = services.map((): number[] => []);
        for (let turn = -WARM_UP; turn < TURNS; turn += 1) {
          for (const [i, service] of services.entries()) {
            const answered = await work(service);
            if (turn >= 0) runs[i]?.push(answered);
          }
        }
        const [ours = Number.NaN, theirs = Number.NaN] = runs.map(median);
        rows.push([name, ours.toFixed(0), theirs.toFixed(0), times(ours / theirs)]);
        reached &&= ours / theirs >= TO_REACH;
      }
      return { columns, rows, ...(!reached && { notes: [shortfall] }) };
    } finally {
      for (const service of services) await service.stop();
    }
  },
};
