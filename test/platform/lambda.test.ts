// biome-ignore-all lint/suspicious/noTemplateCurlyInString: some sources of functions have templates of their own
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { lambda, run, temporaryFolder } from './stacks.ts';

describe('a function', () => {
  test('answers with what its handler returns', async () => {
    const platform = await run({ Echo: lambda('export const handler = async (event) => ({ got: event });') });

    expect(await platform.invoke('Echo', { a: [1, null] })).toEqual({ got: { a: [1, null] } });
  });

  test('answers null when its handler returns nothing', async () => {
    const platform = await run({ Quiet: lambda('export const handler = async () => {};') });

    expect(await platform.invoke('Quiet', {})).toBeNull();
  });

  test('sees its own variables, what Lambda sets, and nothing else of this machine', async () => {
    const platform = await run({
      Env: lambda('export const handler = async () => process.env;', {
        MemorySize: 256,
        Environment: { Variables: { MINE: { 'Fn::Join': ['-', ['a', { Ref: 'AWS::Region' }]] } } },
      }),
    });

    const environment = await platform.invoke('Env', {});

    expect(environment).toMatchObject({
      MINE: 'a-us-east-1',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'LOCALENV',
      AWS_LAMBDA_FUNCTION_NAME: 'Test-Env',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_ENDPOINT_URL_DYNAMODB: platform.endpoint('dynamodb'),
      AWS_ENDPOINT_URL_SQS: platform.endpoint('sqs'),
      _X_AMZN_TRACE_ID: expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
    });
    expect(environment).not.toHaveProperty('PATH');
  });

  test('gets a context with its name, its ARN and its remaining time', async () => {
    const platform = await run({
      Context: lambda(
        `export const handler = async (event, context) =>
          ({ ...context, remaining: context.getRemainingTimeInMillis() });`,
        { MemorySize: 512, Timeout: 7 },
      ),
    });

    expect(await platform.invoke('Context', {})).toEqual({
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      callbackWaitsForEmptyEventLoop: true,
      functionName: 'Test-Context',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:Test-Context',
      logGroupName: '/aws/lambda/Test-Context',
      logStreamName: 'local',
      memoryLimitInMB: '512',
      remaining: expect.toSatisfy((value: number) => value > 6_000 && value <= 7_000),
    });
  });

  test('keeps its memory from one event to the next', async () => {
    const platform = await run({ Count: lambda('let n = 0; export const handler = async () => ++n;') });

    expect(await platform.invoke('Count', {})).toBe(1);
    expect(await platform.invoke('Count', {})).toBe(2);
  });

  test('receives and returns large events with any characters', async () => {
    const platform = await run({ Echo: lambda('export const handler = async (event) => event;') });
    const event = { text: 'ü€𝄞\n'.repeat(100_000) };

    expect(await platform.invoke('Echo', event)).toEqual(event);
  });

  test('rejects an invocation with the error that its handler throws', async () => {
    const platform = await run({
      Fail: lambda('export const handler = async () => { throw new RangeError("too far"); };'),
    });

    await expect(platform.invoke('Fail', {})).rejects.toMatchObject({
      errorType: 'RangeError',
      message: 'too far',
    });
  });

  test('has its lines and its error in the log', async () => {
    const platform = await run({
      Talk: lambda(
        'export const handler = async () => { console.log("one\\ntwo"); throw new Error("three"); };',
      ),
    });

    await expect(platform.invoke('Talk', {})).rejects.toThrow('three');

    await vi.waitFor(() =>
      expect(platform.logs.map(({ source, line }) => [source, line.split('\n')[0]])).toEqual(
        expect.arrayContaining([
          ['Talk', 'one'],
          ['Talk', 'two'],
          ['Talk', 'ERROR Error: three'],
        ]),
      ),
    );
  });
});

describe('a function that goes wrong', () => {
  test('is killed at its timeout, even in a loop that never yields, and starts again', async () => {
    const platform = await run({
      Loop: lambda(
        'let n = 0; export const handler = async ({ loop }) => { n += 1; while (loop); return n; };',
        {
          Timeout: 1,
        },
      ),
    });
    expect(await platform.invoke('Loop', {})).toBe(1);

    await expect(platform.invoke('Loop', { loop: true })).rejects.toMatchObject({
      errorType: 'Sandbox.Timedout',
      message: expect.stringMatching(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/),
    });

    expect(await platform.invoke('Loop', {})).toBe(1);
  });

  test('is killed when it needs more memory than it has, and starts again', async () => {
    const platform = await run({
      Hog: lambda(
        `export const handler = async ({ hog }) => {
          const kept = new Map();
          while (hog) kept.set(kept.size, {});
          return 'fine';
        };`,
        { MemorySize: 128, Timeout: 60 },
      ),
    });

    await expect(platform.invoke('Hog', { hog: true })).rejects.toMatchObject({
      errorType: 'Runtime.ExitError',
      message: expect.stringContaining('signal: aborted'),
    });

    expect(await platform.invoke('Hog', {})).toBe('fine');
  });

  test.each([
    ['exits', 'process.exit(3)', 'Runtime.ExitError', 'Runtime exited with error: exit status 3'],
    ['throws where nobody catches', 'setTimeout(() => { throw new Error("boom"); })', 'Error', 'boom'],
    [
      'rejects where nobody catches',
      'Promise.reject(new TypeError("lost"))',
      'Runtime.UnhandledPromiseRejection',
      'lost',
    ],
  ])(
    'is gone when it %s, and the next event gets a new instance',
    async (_, statement, errorType, message) => {
      const platform = await run({
        Crash: lambda(
          `let n = 0;
        export const handler = ({ crash }) => {
          n += 1;
          if (!crash) return n;
          ${statement};
          return new Promise(() => {});
        };`,
        ),
      });
      await platform.invoke('Crash', {});

      await expect(platform.invoke('Crash', { crash: true })).rejects.toMatchObject({
        errorType,
        message: expect.stringContaining(message),
      });

      expect(await platform.invoke('Crash', {})).toBe(1);
    },
  );

  test('fails the event when its process ends in the middle of the answer', async () => {
    const platform = await run({
      Half: lambda(`import { writeSync } from 'node:fs';
        export const handler = async (event, { awsRequestId }) => {
          writeSync(3, \`response \${awsRequestId} {"half":\`);
          process.kill(process.pid, 'SIGKILL');
        };`),
    });

    await expect(platform.invoke('Half', {})).rejects.toMatchObject({
      errorType: 'Runtime.ExitError',
      message: expect.stringContaining('signal: killed'),
    });
  });

  test.each([
    ['answers an event that it does not run', '`response ${crypto.randomUUID()} "wrong"`'],
    ['fails an event that it does not run', '`error ${crypto.randomUUID()} {}`'],
    ['asks for the next event before it has answered', '"next"'],
  ])('is killed when it %s, and no caller gets that answer', async (_, message) => {
    const platform = await run({
      Other: lambda(`import { writeSync } from 'node:fs';
        let n = 0;
        export const handler = async ({ misbehaves }) => {
          n += 1;
          if (!misbehaves) return n;
          writeSync(3, ${message} + '\\n');
          return new Promise(() => {});
        };`),
    });
    await platform.invoke('Other', {});

    await expect(platform.invoke('Other', { misbehaves: true })).rejects.toMatchObject({
      errorType: 'Runtime.ExitError',
    });

    expect(await platform.invoke('Other', {})).toBe(1);
  });

  test('is killed when it answers an event twice, and the next event gets its own answer', async () => {
    const platform = await run({
      Twice: lambda(`import { writeSync } from 'node:fs';
        let n = 0;
        export const handler = async ({ twice }, { awsRequestId }) => {
          n += 1;
          if (twice) setImmediate(() => writeSync(3, \`response \${awsRequestId} "again"\\n\`));
          return n;
        };`),
    });
    expect(await platform.invoke('Twice', { twice: true })).toBe(1);

    expect(await platform.invoke('Twice', {})).toBe(1);
  });

  test('is killed at its timeout when work that it left behind does not end', async () => {
    const platform = await run({
      Left: lambda(
        `let n = 0;
        export const handler = async ({ leaves }) => {
          if (leaves) setImmediate(() => { for (;;); });
          return (n += 1);
        };`,
        { Timeout: 1 },
      ),
    });
    expect(await platform.invoke('Left', { leaves: true })).toBe(1);

    await vi.waitFor(() => expect(platform.functions[0]?.instances).toBe(0), { timeout: 10_000 });

    expect(await platform.invoke('Left', {})).toBe(1);
  });

  test('runs a waiting event in a new instance when its process crashes', async () => {
    const platform = await run({
      Crash: lambda('export const handler = async ({ crash }) => (crash ? process.exit(1) : "fine");'),
    });
    await platform.invoke('Crash', {});

    const outcomes = await Promise.allSettled([
      platform.invoke('Crash', { crash: true }),
      platform.invoke('Crash', {}),
    ]);

    expect(outcomes).toMatchObject([{ status: 'rejected' }, { status: 'fulfilled', value: 'fine' }]);
  });

  test.each([
    ['throws at its start', 'throw new Error("no settings");', 'no settings'],
    ['does not parse', 'export const handler = ;', 'Unexpected token'],
    ['has no handler', 'export const other = () => {};', 'handler is not exported'],
    ['wants a callback', 'export const handler = (event, context, callback) => callback();', 'no callbacks'],
  ])('fails every event when it %s', async (_, source, message) => {
    const platform = await run({ Broken: lambda(source) });

    await expect(platform.invoke('Broken', {})).rejects.toThrow(message);
    await expect(platform.invoke('Broken', {})).rejects.toThrow(message);
  });

  test('fails an event whose answer is larger than Lambda accepts', async () => {
    const platform = await run({
      Large: lambda('export const handler = async () => "x".repeat(6 * 1024 * 1024);'),
    });

    await expect(platform.invoke('Large', {})).rejects.toMatchObject({
      errorType: 'Function.ResponseSizeTooLarge',
    });
  });
});

describe('an idle instance', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test('is frozen until the next event', async () => {
    const platform = await run({
      Late: lambda(`export const handler = async ({ first }) => {
        if (first) setTimeout(() => console.log('late'), 20);
      };`),
      Clock: lambda(
        'export const handler = () => new Promise((resolve) => setTimeout(resolve, 200, "done"));',
      ),
    });
    await platform.invoke('Late', { first: true });

    expect(await platform.invoke('Clock', {})).toBe('done');
    expect(platform.logs).toEqual([]);

    await platform.invoke('Late', {});
    await vi.waitFor(() => expect(platform.logs.map(({ line }) => line)).toEqual(['late']));
  });

  test('notices connections that ended while it was frozen before it runs the next event', async () => {
    const server = createServer((_, response) => response.end('hello'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const platform = await run({
      Ask: lambda(`import { Agent, request } from 'node:http';
        const agent = new Agent({ keepAlive: true });
        export const handler = (port) => new Promise((resolve, reject) => {
          request({ port, agent, method: 'POST' }, (answer) => {
            answer.resume();
            answer.on('end', () => resolve(answer.statusCode));
          }).on('error', reject).end();
        });`),
    });
    expect(await platform.invoke('Ask', port)).toBe(200);

    server.closeIdleConnections();

    expect(await platform.invoke('Ask', port)).toBe(200);
    server.closeAllConnections();
    server.close();
  });

  test('ends after a minute without work', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const platform = await run({ Echo: lambda('export const handler = async (event) => event;') });
    await platform.invoke('Echo', 1);
    vi.advanceTimersByTime(59_999);
    expect(await platform.invoke('Echo', 2)).toBe(2);
    expect(platform.functions[0]?.instances).toBe(1);

    vi.advanceTimersByTime(60_000);
    vi.useRealTimers();

    await vi.waitFor(() => expect(platform.functions[0]?.instances).toBe(0));
    expect(await platform.invoke('Echo', 3)).toBe(3);
  });
});

describe('concurrency', () => {
  /** Answers how many events ran in this instance at once, and which instance it was. */
  const overlapping = `
    let running = 0;
    const instance = crypto.randomUUID();
    export const handler = async () => {
      running += 1;
      await new Promise((resolve) => setTimeout(resolve, 100));
      const seen = running;
      running -= 1;
      return { seen, instance };
    };`;

  test('an instance runs one event at a time, and more instances start for the others', async () => {
    const platform = await run({ Slow: lambda(overlapping) });

    const answers = (await Promise.all(Array.from({ length: 4 }, () => platform.invoke('Slow', {})))) as {
      seen: number;
      instance: string;
    }[];

    expect(answers.map(({ seen }) => seen)).toEqual([1, 1, 1, 1]);
    expect(new Set(answers.map(({ instance }) => instance)).size).toBeGreaterThan(1);
  });

  test('more instances start while events wait for something outside', async () => {
    const platform = await run({
      Patient: lambda(`import { existsSync } from 'node:fs';
        export const handler = async ({ file }) => {
          while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 20));
          return 'done';
        };`),
    });
    const file = join(temporaryFolder(), 'go');

    const answers = Promise.all(Array.from({ length: 10 }, () => platform.invoke('Patient', { file })));
    await vi.waitFor(() => expect(platform.functions[0]?.instances).toBe(10), { timeout: 60_000 });
    await writeFile(file, '');

    expect(new Set(await answers)).toEqual(new Set(['done']));
  });

  test('events beyond the reserved concurrency are throttled at once', async () => {
    const platform = await run({ Slow: lambda(overlapping, { ReservedConcurrentExecutions: 1 }) });

    const outcomes = await Promise.allSettled([platform.invoke('Slow', {}), platform.invoke('Slow', {})]);

    expect(outcomes).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { errorType: 'TooManyRequestsException' } },
    ]);
  });

  test('events beyond the most instances of this machine wait for their turn', async () => {
    const platform = await run({ Slow: lambda(overlapping) });

    const answers = await Promise.all(Array.from({ length: 30 }, () => platform.invoke('Slow', {})));

    expect(answers).toHaveLength(30);
    expect(platform.functions[0]?.instances).toBeLessThanOrEqual(10);
  });

  describe('when more events wait than instances run', () => {
    /** Says which run of which instance it was; waits, spins or crashes where it is told to. */
    const source = `
      import { existsSync } from 'node:fs';
      const instance = crypto.randomUUID();
      let runs = 0;
      export const handler = async ({ n, spinUntil, crash, waitFor = 0 }) => {
        const run = ++runs;
        while (spinUntil && !existsSync(spinUntil));
        if (crash) process.exit(1);
        if (waitFor > 0) await new Promise((resolve) => setTimeout(resolve, waitFor));
        return { instance, run, n };
      };`;
    interface Answer {
      readonly instance: string;
      readonly run: number;
      readonly n?: number;
    }
    const instances = Math.max(2, availableParallelism());

    /** A function with as many instances as events that do not take long are worth, all of them idle. */
    const startWarm = async () => {
      const platform = await run({ Busy: lambda(source, { Timeout: 30 }) });
      const [busy] = platform.functions;
      while ((busy?.instances ?? 0) < instances) {
        await Promise.all(
          Array.from({ length: 4 * instances }, () => platform.invoke('Busy', { waitFor: 30 })),
        );
      }
      const invoke = (event: object) => platform.invoke('Busy', event) as Promise<Answer>;
      return { invoke, busy };
    };

    test('each event gets its own answer, whatever its size', async () => {
      const { invoke } = await startWarm();

      for (let turn = 0; turn < 3; turn += 1) {
        const answers = await Promise.all(
          Array.from({ length: 4 * instances }, (_, n) =>
            invoke({ n, text: 'x'.repeat(n % 2 === 0 ? 10_000 : 0), waitFor: 20 }),
          ),
        );
        expect(answers.map(({ n }) => n)).toEqual(answers.map((_, n) => n));
        expect(new Set(answers.map(({ instance, run }) => `${instance} ${run}`)).size).toBe(4 * instances);
      }
    });

    test('no event waits for one that takes long, though it keeps its processor busy', async () => {
      const { invoke } = await startWarm();
      const file = join(temporaryFolder(), 'end');

      const long = invoke({ spinUntil: file });
      const others = await Promise.all(Array.from({ length: 8 * instances }, () => invoke({})));

      expect(others).toHaveLength(8 * instances);
      await writeFile(file, '');
      await long;
    });

    test('each event runs once, though instances crash that ran others before it', async () => {
      const { invoke, busy } = await startWarm();
      const before = busy?.counts.invocations ?? 0;

      const outcomes = await Promise.allSettled(
        Array.from({ length: 60 }, (_, n) => invoke({ crash: n % 5 === 4, waitFor: n % 3 })),
      );

      const answered = outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      expect(outcomes.map(({ status }) => status)).toEqual(
        outcomes.map((_, n) => (n % 5 === 4 ? 'rejected' : 'fulfilled')),
      );
      expect(new Set(answered.map(({ instance, run }) => `${instance} ${run}`)).size).toBe(48);
      expect((busy?.counts.invocations ?? 0) - before).toBe(60);
    }, 60_000);
  });
});
