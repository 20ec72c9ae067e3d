import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  DescribeLimitsCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  ListTablesCommand,
} from '@aws-sdk/client-dynamodb';
import { ConfiguredRetryStrategy } from '@smithy/core/retry';
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

  it('looks for the endpoint once for a class of commands, after the first call', async () => {
    const { client } = clientOf();
    let asked = 0;
    const provide = client.config.endpointProvider;
    client.config.endpointProvider = (...of) => {
      asked += 1;
      return provide(...of);
    };
    trimmed(client);
    for (let call = 0; call < 5; call++) await client.send(new ListTablesCommand({}));
    expect(asked).toBe(2);
  });

  it('makes further attempts as any other', async () => {
    const run = async (trim: (client: DynamoDBClient) => DynamoDBClient, failures: number) => {
      const answers = () => {
        if (sent.length > failures) return whole();
        throw Object.assign(new Error('no connection'), { code: 'ECONNRESET' });
      };
      const retryStrategy = new ConfiguredRetryStrategy(3, () => 0);
      const { client, sent } = clientOf(answers, { maxAttempts: 3, retryStrategy });
      const outcome = await trim(client)
        .send(new ListTablesCommand({}))
        .catch((error: unknown) => error);
      expect(new Set(sent.map((headers) => headers['amz-sdk-invocation-id']?.length))).toEqual(new Set([36]));
      expect(new Set(sent.map((headers) => headers['amz-sdk-invocation-id'])).size).toBe(1);
      const said = sent.map((headers) => headers['amz-sdk-request']);
      return { outcome, said, quota: retryStrategy.getCapacity() };
    };

    for (const [failures, attempts] of [1, 2, 3, 3].entries()) {
      const ours = await run(trimmed, failures);
      expect(ours.said).toEqual(
        ['attempt=1; max=3', 'attempt=2; max=3', 'attempt=3; max=3'].slice(0, attempts),
      );
      expect(ours.outcome).toMatchObject({ $metadata: { attempts, totalRetryDelay: 0 } });
      expect(ours).toEqual(await run((client) => client, failures));
    }
  });

  it('asks for nothing of a retry where the first attempt succeeds, and refills their quota', async () => {
    const retryStrategy = new ConfiguredRetryStrategy(2, () => 0);
    const acquire = vi.spyOn(retryStrategy, 'acquireInitialRetryToken');
    let failing = true;
    const answers = () => {
      if (!failing) return whole();
      throw Object.assign(new Error('no connection'), { code: 'ECONNRESET' });
    };
    const { client } = clientOf(answers, { maxAttempts: 2, retryStrategy });
    trimmed(client);
    const full = retryStrategy.getCapacity();
    await expect(client.send(new ListTablesCommand({}))).rejects.toThrow('no connection');
    const left = retryStrategy.getCapacity();
    expect(left).toBeLessThan(full);
    acquire.mockClear();

    failing = false;
    for (let call = 0; call < 3; call++) await client.send(new ListTablesCommand({}));
    expect(acquire).not.toHaveBeenCalled();
    expect(retryStrategy.getCapacity()).toBe(left + 3);
  });

  it('copies a configuration that V8 copies at once, which the SDK’s own is not', async () => {
    const isCopiedAtOnce = async (client: DynamoDBClient) => {
      const { config } = client;
      const serialize = vi.spyOn(config.protocol, 'serializeRequest');
      const deserialize = vi.spyOn(config.protocol, 'deserializeResponse');
      const mark = { mark: 'of this configuration' };
      Object.assign(config, mark);
      await client.send(new ListTablesCommand({}));
      expect(serialize.mock.lastCall?.[2]).toMatchObject(mark);
      expect(deserialize.mock.lastCall?.[1]).toMatchObject(mark);
      return (
        isFast(config) && Object.values(Object.getOwnPropertyDescriptors(config)).every(({ get }) => !get)
      );
    };
    expect(await isCopiedAtOnce(trimmed(clientOf().client))).toBe(true);
    expect(await isCopiedAtOnce(clientOf().client)).toBe(false);
  });
});
