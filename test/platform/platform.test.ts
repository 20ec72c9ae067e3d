import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startDynamoDb } from '../../infra/local/storage/dynamodb.ts';
import { type Platform, runStack } from '../../infra/local/run-stack.ts';
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

const clientOf = ({ endpoints, region }: Platform): DynamoDBClient => {
  const client = new DynamoDBClient({
    endpoint: endpoints.dynamodb,
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
  test('is there again after a restart', async () => {
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
  ])('of a table with other %s is not touched', async (_, properties) => {
    const dataDir = temporaryFolder();
    const first = await start({ Table: table() }, { dataDir });
    await first.stop();

    await expect(start({ Table: table(properties) }, { dataDir })).rejects.toThrow(
      /^The table Test-Table has the keys \(pk S HASH\) with index .* and the template says .*: use another data folder/,
    );
  });

  test('belongs to one platform at a time', async () => {
    const dataDir = temporaryFolder();
    await run({}, { dataDir });

    await expect(start({}, { dataDir })).rejects.toThrow(/^The data folder .* is in use by another platform/);
  });

  test('in a folder that cannot be written is refused in words', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');

    await expect(start({}, { dataDir: join(file, 'data') })).rejects.toThrow(
      /^Cannot write to the data folder .*file\/data/,
    );
  });
});

test('without DynamoDB on this machine it says in one sentence what to install', async () => {
  const started = startDynamoDb(
    { endpoint: undefined, file: undefined, onExit: () => {} },
    'no-such-dynoxide',
  );

  await expect(started).rejects.toThrow(
    /^There is no DynamoDB on this machine: install Dynoxide .*AWS_ENDPOINT_URL_DYNAMODB/,
  );
});

test('another DynamoDB is used where it is', async () => {
  const started = await startDynamoDb({
    endpoint: 'http://localhost:8000',
    file: undefined,
    onExit: () => {},
  });

  expect(started.endpoint).toBe('http://localhost:8000');
});

test.runIf(process.platform === 'linux')(
  'a data folder where no folder can be made is refused, not tried for ever',
  async () => {
    await expect(start({}, { dataDir: '/proc/nope' })).rejects.toThrow(
      'Cannot write to the data folder /proc/nope',
    );
  },
);

describe('a platform', () => {
  test('runs beside another without meeting it', async () => {
    const stack = {
      Table: table(),
      Here: lambda('export const handler = async () => process.env.AWS_ENDPOINT_URL_DYNAMODB;'),
    };
    const [one, other] = await Promise.all([run(stack), run(stack)]);

    expect(await one.invoke('Here', {})).toBe(one.endpoints.dynamodb);
    expect(await other.invoke('Here', {})).toBe(other.endpoints.dynamodb);
    expect(one.endpoints).not.toEqual(other.endpoints);
  });

  test('runs the template as it was adapted', async () => {
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

  test('says what is asked of it', async () => {
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

  test('says when its DynamoDB has ended by itself', async () => {
    const onFailure = vi.fn<(error: Error) => void>();
    const before = descendants(process.pid);
    await run({}, { onFailure });
    const [dynoxide] = descendants(process.pid).filter((pid) => !before.includes(pid));

    process.kill(dynoxide ?? 0, 'SIGKILL');

    await vi.waitFor(() => expect(onFailure).toHaveBeenCalledOnce());
    expect(onFailure.mock.calls[0]?.[0].message).toMatch(/^DynamoDB \(Dynoxide\) stopped by itself/);
  });

  test('leaves nothing behind when it is stopped in the middle of its work', async () => {
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

  test('that cannot start leaves nothing behind either', async () => {
    const before = descendants(process.pid);
    const synthesized = await synthesize({ Topic: { Type: 'AWS::SNS::Topic' } });

    await expect(runStack(async () => synthesized)).rejects.toThrow('AWS::SNS::Topic');

    expect(existsSync(synthesized.templateFile)).toBe(false);
    await vi.waitFor(() =>
      expect(descendants(process.pid).filter((pid) => !before.includes(pid))).toEqual([]),
    );
  });

  test('takes its children with it however it dies', async () => {
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

describe('npm start', () => {
  const main = fileURLToPath(new URL('../../infra/start/main.ts', import.meta.url));
  const started = (...args: string[]) => {
    const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    return child;
  };
  const ended = async (...args: string[]) => {
    const child = started(...args);
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.stdout.resume();
    const [code] = await once(child, 'close');
    return { code, errors };
  };

  test('runs the whole stack, prints lines that work when pasted, and ends at Ctrl-C', async () => {
    const data = join(temporaryFolder(), 'data');
    const child = started('--port', '0', '--data', data);
    const output = await saying(child, 'Ctrl-C ends it.');
    const lines = output.split('\n').filter((line) => /^ {2}(curl|TOKEN=|id=)/.test(line));
    // The same without the wait: a count to 10^10 takes a while.
    const script = lines.join('\n').replace('10000000000', '1000');

    const answers = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trim().split('\n');

    expect(answers.map((line) => JSON.parse(line))).toMatchObject([
      { status: 'pass' },
      { id: 1, name: 'first' },
      { id: 1, name: 'first' },
      { type: 'prime-count' },
      { status: 'succeeded', result: { count: 168 } },
    ]);
    expect(readdirSync(data)).toContain('dynamodb.sqlite');

    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test.each([
    [['--port', 'x'], '--port takes a number from 0 to 65535, not "x".\n'],
    [['--port', '65536'], '--port takes a number from 0 to 65535, not "65536".\n'],
    [['--bogus'], "Unknown option '--bogus': see npm start -- --help.\n"],
    [['extra'], "Unexpected argument 'extra'"],
  ])('%j is refused in one sentence', async (args, sentence) => {
    const { code, errors } = await ended(...args);

    expect(errors).toContain(sentence);
    expect(errors.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(1);
  });

  test('says in one sentence that its port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
    });
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;

    const { code, errors } = await ended('--port', String(port), '--data', join(temporaryFolder(), 'data'));

    expect(errors).toBe(`Port ${port} is taken: end what listens there, or choose another with --port.\n`);
    expect(code).toBe(1);
  });

  test('explains itself', () => {
    expect(execFileSync(process.execPath, [main, '--help'], { encoding: 'utf8' })).toContain('--port N');
  });
});
