import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Platform } from '../../infra/local/platform.ts';
import { runStack } from '../../infra/local/run-stack.ts';
import { startDynamoDb } from '../../infra/local/storage/dynamodb.ts';
import { api, lambda, run, start, synthesize, temporaryFolder } from './stacks.ts';

const table = (properties: Record<string, unknown> = {}) => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'at', AttributeType: 'N' },
    ],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byTime',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'at', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
    TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    ...properties,
  },
});

const clientOf = ({ endpoint, region }: Platform): DynamoDBClient => {
  const client = new DynamoDBClient({
    endpoint: endpoint('dynamodb'),
    region,
    credentials: { accessKeyId: 'TEST', secretAccessKey: 'test' },
  });
  onTestFinished(() => client.destroy());
  return client;
};

/** The processes that a process has started, and theirs. */
const descendants = (pid: number): number[] => {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,comm='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter((row) => !row.endsWith(' ps'))
    .map((row) => row.trim().split(/\s+/).map(Number) as [number, number]);
  const childrenOf = (parent: number): number[] =>
    rows.filter(([, ppid]) => ppid === parent).flatMap(([child]) => [child, ...childrenOf(child)]);
  return childrenOf(pid);
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('data', () => {
  test('survives a restart', async () => {
    const dataDir = temporaryFolder();
    const first = await start({ Table: table() }, { dataDir });
    await clientOf(first).send(
      new PutItemCommand({ TableName: 'Test-Table', Item: { pk: { S: 'a' }, x: { N: '1' } } }),
    );
    await first.stop();

    const second = await run({ Table: table() }, { dataDir });

    const { Item } = await clientOf(second).send(
      new GetItemCommand({ TableName: 'Test-Table', Key: { pk: { S: 'a' } } }),
    );
    expect(Item).toEqual({ pk: { S: 'a' }, x: { N: '1' } });
  });

  test.each([
    ['keys', { KeySchema: [{ AttributeName: 'at', KeyType: 'HASH' }] }],
    ['indexes', { GlobalSecondaryIndexes: undefined }],
  ])('of a table whose %s have changed is left alone, and the start is refused', async (_, properties) => {
    const dataDir = temporaryFolder();
    const first = await start({ Table: table() }, { dataDir });
    await first.stop();

    await expect(start({ Table: table(properties) }, { dataDir })).rejects.toThrow(
      /^The table Test-Table has the keys \(pk S HASH\) with index .* and the template says .*: use another data folder/,
    );
  });

  test('can be used by one platform at a time', async () => {
    const dataDir = temporaryFolder();
    await run({}, { dataDir });

    await expect(start({}, { dataDir })).rejects.toThrow(/^The data folder .* is in use by another platform/);
  });

  test('in a folder that cannot be written is refused in one sentence', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');

    await expect(start({}, { dataDir: join(file, 'data') })).rejects.toThrow(
      /^Cannot write to the data folder .*file\/data/,
    );
  });
});

test('without DynamoDB on this machine the start is refused with a sentence that says what to install', async () => {
  const started = startDynamoDb(
    { endpoint: undefined, file: undefined, onExit: () => {} },
    'no-such-dynoxide',
  );

  await expect(started).rejects.toThrow(
    /^There is no DynamoDB on this machine: install Dynoxide .*AWS_ENDPOINT_URL_DYNAMODB/,
  );
});

test('a DynamoDB that runs already is used', async () => {
  const started = await startDynamoDb({
    endpoint: 'http://localhost:8000',
    file: undefined,
    onExit: () => {},
  });

  expect(started.endpoint).toBe('http://localhost:8000');
});

test.runIf(process.platform === 'linux')('a data folder that cannot be made is refused', async () => {
  await expect(start({}, { dataDir: '/proc/nope' })).rejects.toThrow(
    'Cannot write to the data folder /proc/nope',
  );
});

describe('a platform', () => {
  test('runs beside another one with services of its own', async () => {
    const stack = {
      Table: table(),
      Here: lambda('export const handler = async () => process.env.AWS_ENDPOINT_URL_DYNAMODB;'),
    };
    const [one, other] = await Promise.all([run(stack), run(stack)]);

    expect(await one.invoke('Here', {})).toBe(one.endpoint('dynamodb'));
    expect(await other.invoke('Here', {})).toBe(other.endpoint('dynamodb'));
    expect(one.endpoints).not.toEqual(other.endpoints);
  });

  test('runs the template as `adapt` has changed it', async () => {
    const platform = await run(
      { Limit: lambda('export const handler = async (_, context) => context.memoryLimitInMB;') },
      {
        adapt: ({ Resources }) => {
          Object.assign(Resources.Limit?.Properties ?? {}, { MemorySize: 300 });
        },
      },
    );

    expect(await platform.invoke('Limit', {})).toBe('300');
  });

  test('reports each request to onAccess', async () => {
    const accesses: unknown[] = [];
    const platform = await run(
      {
        Echo: lambda('export const handler = async () => ({ statusCode: 418 });'),
        ...api({ $default: 'Echo' }),
      },
      { onAccess: (access) => accesses.push(access) },
    );

    await fetch(`${platform.url}/a?b=c`);

    expect(accesses).toEqual([
      { method: 'GET', target: '/a?b=c', status: 418, milliseconds: expect.any(Number) },
    ]);
  });

  test('reports to onFailure that its DynamoDB has ended by itself', async () => {
    const onFailure = vi.fn<(error: Error) => void>();
    const before = descendants(process.pid);
    await run({}, { onFailure });
    const [dynoxide] = descendants(process.pid).filter((pid) => !before.includes(pid));

    process.kill(dynoxide ?? 0, 'SIGKILL');

    await vi.waitFor(() => expect(onFailure).toHaveBeenCalledOnce());
    expect(onFailure.mock.calls[0]?.[0].message).toMatch(/^DynamoDB \(Dynoxide\) stopped by itself/);
  });

  test('leaves no process, port or file behind when it is stopped while an event runs', async () => {
    const before = descendants(process.pid);
    const synthesized = await synthesize({
      Loop: lambda('export const handler = async () => { for (;;); };'),
      ...api({ $default: 'Loop' }),
    });
    const platform = await runStack(async () => synthesized);
    const held = fetch(platform.url).catch(() => 'cut');
    await vi.waitFor(() => expect(platform.functions[0]?.instances).toBe(1));

    await platform.stop();

    expect(await held).toBe('cut');
    await expect(fetch(platform.url)).rejects.toThrow();
    expect(existsSync(synthesized.templateFile)).toBe(false);
    await vi.waitFor(() =>
      expect(descendants(process.pid).filter((pid) => !before.includes(pid))).toEqual([]),
    );
  });

  test('leaves no process or file behind when it cannot start', async () => {
    const before = descendants(process.pid);
    const synthesized = await synthesize({ Topic: { Type: 'AWS::SNS::Topic' } });

    await expect(runStack(async () => synthesized)).rejects.toThrow('AWS::SNS::Topic');

    expect(existsSync(synthesized.templateFile)).toBe(false);
    await vi.waitFor(() =>
      expect(descendants(process.pid).filter((pid) => !before.includes(pid))).toEqual([]),
    );
  });

  test('ends its processes when it is killed', async () => {
    const folder = temporaryFolder();
    const { templateFile, assetManifestFile, remove } = await synthesize({
      Loop: lambda('export const handler = async () => { console.log("looping"); for (;;); };'),
    });
    onTestFinished(remove);
    const script = join(folder, 'host.ts');
    const module = fileURLToPath(new URL('../../infra/local/run-stack.ts', import.meta.url));
    writeFileSync(
      script,
      `import { runStack } from ${JSON.stringify(module)};
      const synthesized = { stackName: 'Test', ...${JSON.stringify({ templateFile, assetManifestFile })}, remove: async () => {} };
      const platform = await runStack(async () => synthesized, { onLog: ({ line }) => console.log(line) });
      await platform.invoke('Loop', {});`,
    );
    const host = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await saying(host, 'looping');
    const children = descendants(host.pid ?? 0);
    expect(children.length).toBeGreaterThanOrEqual(2);

    host.kill('SIGKILL');

    await vi.waitFor(() => expect(children.filter(isAlive)).toEqual([]), 5_000);
  });
});

/** Resolves to all that a process has said when it has said this. */
const saying = (child: ChildProcess, words: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
      if (output.includes(words)) resolve(output);
    });
    child.once('exit', () => reject(new Error(`It never said ${words}: ${output}`)));
  });
