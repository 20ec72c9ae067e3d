import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { dynamoComputationStore } from '../../functions/lib/aws/computation-store.ts';
import type { Platform } from '../../infra/local/platform.ts';
import { ownerClient } from '../../infra/local/storage/tables.ts';
import { client, until } from '../support/api.ts';
import { startSuite } from '../support/suite.ts';

let platform: Platform;
let store: ReturnType<typeof dynamoComputationStore>;

beforeAll(async () => {
  platform = await startSuite();
  const database = ownerClient(platform.endpoint('dynamodb'), platform.region);
  store = dynamoComputationStore(database, platform.output('ComputationsTable'));
});
afterAll(() => platform.stop());

const main = fileURLToPath(new URL('../../infra/redrive/main.ts', import.meta.url));

/** What `npm run redrive` does; resolves to the lines that it prints, and rejects with what it says is wrong. */
const redrive = async (...args: readonly string[]): Promise<string[]> => {
  const { stdout } = await promisify(execFile)(process.execPath, [main, ...args]);
  return stdout.trim().split('\n');
};

const local = (...args: readonly string[]) => redrive('--stage', 'local', '--url', platform.url, ...args);

/** A computation of a tenant that has failed for this reason. */
const failed = async (tenant: string, detail: string) => {
  const api = client(platform.url, { tenant });
  // Takes much longer than the test.
  const input = { parts: 200, milliseconds: 1_000 };
  const { body } = await api('POST', '/computations', { body: { type: 'sum-parts', input } });
  const [computation] = (await keysOf()).filter(({ id }) => id === body.id);
  if (computation === undefined) throw new Error('It has been stored.');
  const now = Date.now();
  const end = { finishedAt: now, expiresAt: Math.ceil(now / 1_000) + 1_000 };
  await store.fail(
    computation,
    computation.attempt,
    { type: 't', title: 'The computation crashed', detail },
    end,
  );
  return {
    id: body.id as string,
    read: () => api('GET', `/computations/${body.id}`),
    cancel: () => api('POST', `/computations/${body.id}/cancel`),
  };
};

/** Every active computation. */
const keysOf = async () => {
  const keys = [];
  for await (const key of store.listDue(Number.MAX_SAFE_INTEGER)) keys.push(key);
  return store.readMany(keys);
};

describe('a redrive', () => {
  it('lists the failed computations of every tenant with their causes, and retries them unless it is a dry run', async () => {
    expect(await local()).toEqual(['0 failed computations.']);
    const first = await failed('one', 'out of memory');
    const second = await failed('two', 'out of time');

    const listed = await local('--dry-run');
    expect(listed).toHaveLength(3);
    expect(listed.at(-1)).toBe('2 failed computations; nothing was retried.');
    expect(listed.find((line) => line.includes(first.id))).toMatch(
      /^\S+Z {2}\S+ {2}sum-parts {2}tenant \S+ {2}attempt 1 {2}The computation crashed: out of memory$/,
    );
    expect(listed.find((line) => line.includes(second.id))).toMatch(/The computation crashed: out of time$/);
    expect((await first.read()).body.status).toBe('failed');

    const retried = await local();
    expect(retried.filter((line) => line.endsWith('→ retried'))).toHaveLength(2);
    expect(retried.at(-1)).toBe('2 failed computations.');
    for (const { read, cancel } of [first, second]) {
      await until(async () => (await read()).body.status === 'running', 'a worker to go on with it');
      await cancel();
    }
    // The stage that nothing but this machine has is what is meant when none is named.
    expect(await redrive('--dry-run', '--url', `${platform.url}/`)).toEqual([
      '0 failed computations; nothing was retried.',
    ]);
  });

  it.each([
    [
      'nothing runs there',
      ['--url', 'http://127.0.0.1:1'],
      'Nothing answers at http://127.0.0.1:1: run npm start, or say where it runs with --url.\n',
    ],
    ['there is no such stage', ['--stage', 'moon'], 'There is no stage "moon": use local, dev, prod.\n'],
  ])('says in a sentence that %s', async (_, args, stderr) => {
    await expect(redrive(...args)).rejects.toMatchObject({ code: 1, stdout: '', stderr });
  });

  it('says in a sentence that something else answers', async () => {
    const other = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;

    await expect(redrive('--url', url)).rejects.toMatchObject({
      code: 1,
      stderr: `What answers at ${url} is no local platform: say where it runs with --url.\n`,
    });
  });
});
