import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  DescribeLimitsCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  ListTablesCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { settings, trimmed } from '../../../functions/lib/aws/client-settings.ts';
import { Sha256 } from '../../../functions/lib/aws/sha256.ts';

setFlagsFromString('--allow-natives-syntax');
/** Whether V8 keeps the object's properties in places, and not in a hash table. */
const isFast: (object: object) => boolean = runInNewContext('(object) => %HasFastProperties(object)');
isFast({}); // V8 parses a function when it is first called
setFlagsFromString('--no-allow-natives-syntax');

const answer = Buffer.from('{"TableNames":["tümlaut"]}');
const whole = () => Readable.from([answer]);

/** A client whose every call is answered at once with a body, and which keeps what it is told to log. */
const clientOf = (body: () => Readable = whole, more: DynamoDBClientConfig = {}) => {
  const logged: unknown[] = [];
  const sent: Record<string, string>[] = [];
  const log = (line: unknown) => logged.push(line);
  const client = new DynamoDBClient({
    ...settings,
    maxAttempts: 1,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    logger: { trace: log, debug: log, info: log, warn: log, error: log },
    requestHandler: {
      handle: async ({ headers }: { readonly headers: Record<string, string> }) => {
        sent.push({ ...headers });
        return { response: { statusCode: 200, headers: {}, body: body() } };
      },
    },
    ...more,
  });
  return { client, logged, sent };
};

describe('a client', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('answers as any other', async () => {
    const { client } = clientOf();
    expect(await trimmed(client).send(new ListTablesCommand({}))).toMatchObject({
      TableNames: ['tümlaut'],
    });
  });

  it('reads an answer that comes byte by byte', async () => {
    const { client } = clientOf(() => Readable.from(Array.from(answer, (byte) => Buffer.of(byte))));
    expect(await client.send(new ListTablesCommand({}))).toMatchObject({ TableNames: ['tümlaut'] });
  });

  it('fails with half an answer', async () => {
    const broken = async function* () {
      yield answer.subarray(0, 10);
      throw new Error('the connection broke');
    };
    const { client } = clientOf(() => Readable.from(broken()));
    await expect(client.send(new ListTablesCommand({}))).rejects.toThrow('the connection broke');
  });

  it('says in every call what the SDK is', async () => {
    const [trim, plain] = [clientOf(), clientOf()];
    trimmed(trim.client);
    for (const { client } of [trim, plain, trim]) await client.send(new ListTablesCommand({}));

    const agents = [...trim.sent, ...plain.sent].map((headers) => [
      headers['user-agent'],
      headers['x-amz-user-agent'],
    ]);
    expect(agents[0]?.join()).toMatch(/^aws-sdk-js\/.*,aws-sdk-js\/3/);
    expect(agents).toEqual([agents[0], agents[0], agents[0]]);
  });

  it('puts that together only once', async () => {
    const { client } = clientOf();
    let asked = 0;
    const say = client.config.defaultUserAgentProvider;
    client.config.defaultUserAgentProvider = () => {
      asked += 1;
      return say();
    };
    trimmed(client);
    for (let call = 0; call < 3; call++) await client.send(new ListTablesCommand({}));
    expect(asked).toBe(1);
  });

  it('puts together what goes around a command once for its class, after the first call', async () => {
    const { client, sent } = clientOf();
    const made: (string | undefined)[] = [];
    client.middlewareStack.add(
      (next, { commandName }) => {
        made.push(commandName);
        return next;
      },
      { step: 'initialize', name: 'counting' },
    );
    trimmed(client);
    for (let call = 0; call < 3; call++) {
      await Promise.all([
        client.send(new ListTablesCommand({ Limit: 1 })),
        client.send(new ListTablesCommand({ Limit: 2 })),
        client.send(new DescribeLimitsCommand({})),
      ]);
    }
    // The first three begin before there is an answer.
    expect(made.toSorted()).toEqual([
      ...Array.from({ length: 2 }, () => 'DescribeLimitsCommand'),
      ...Array.from({ length: 3 }, () => 'ListTablesCommand'),
    ]);
    expect(sent.map((headers) => headers['x-amz-target']?.split('.')[1]).toSorted()).toEqual([
      ...Array.from({ length: 3 }, () => 'DescribeLimits'),
      ...Array.from({ length: 6 }, () => 'ListTables'),
    ]);
  });

  it('signs as any other, on another day and with other credentials too', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const times = [
      '2026-11-20T23:59:58Z',
      '2026-11-20T23:59:59Z',
      '2026-11-21T00:00:01Z',
      '2026-11-21T00:06:00Z',
    ];
    const signed = async (trim: (client: DynamoDBClient) => DynamoDBClient) => {
      vi.setSystemTime(times[0] ?? 0);
      const { client, sent } = clientOf(whole, {
        credentials: async () => ({
          accessKeyId: `made-${new Date().getMinutes()}`,
          secretAccessKey: `secret-${new Date().getMinutes()}`,
          expiration: new Date(Date.now() + 600_000), // renewed five minutes before
        }),
      });
      client.middlewareStack.addRelativeTo(
        <A extends { readonly request: unknown }, R>(next: (args: A) => Promise<R>) =>
          (args: A) => {
            // A number that no other call has.
            delete (args.request as { headers: Record<string, string> }).headers['amz-sdk-invocation-id'];
            return next(args);
          },
        { relation: 'after', toMiddleware: 'retryMiddleware', name: 'numberless' },
      );
      trim(client);
      for (const time of times) {
        vi.setSystemTime(time);
        await client.send(new ListTablesCommand({}));
      }
      return sent.map(({ authorization }) => authorization);
    };

    const ours = await signed(trimmed);

    expect(ours.map((header) => /made-[^/]+\/\d+/.exec(header ?? '')?.[0])).toEqual([
      ...['made-59/20261120', 'made-59/20261120', 'made-59/20261121', 'made-6/20261121'],
    ]);
    expect(ours).toEqual(await signed((client) => client));
  });

  it('derives the key of the day once', async () => {
    let keyed = 0;
    class Counting extends Sha256 {
      constructor(secret?: ConstructorParameters<typeof Sha256>[0]) {
        super(secret);
        if (secret !== undefined) keyed += 1;
      }
    }
    const { client } = clientOf(whole, { sha256: Counting });
    trimmed(client);
    await client.send(new ListTablesCommand({}));
    expect(keyed).toBeGreaterThan(1);
    keyed = 0;
    await client.send(new ListTablesCommand({}));
    expect(keyed).toBe(1); // of the signature
  });

  it('prepares nothing for a log', async () => {
    const { client, logged } = clientOf();
    await trimmed(client).send(new ListTablesCommand({}));
    expect(logged.filter((line) => typeof line === 'object')).toEqual([]);
  });

  it('has a configuration that is copied at once, which the SDK’s own is not', async () => {
    const [trim, plain] = [trimmed(clientOf().client), clientOf().client];
    for (const client of [trim, plain]) {
      // V8 attends to it when it compiles the first time what has been called a few times.
      for (let call = 0; call < 50; call++) await client.send(new ListTablesCommand({}));
    }
    expect([isFast(trim.config), isFast(plain.config)]).toEqual([true, false]);
  });
});
