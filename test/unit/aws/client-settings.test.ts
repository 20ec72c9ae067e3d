import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { settings, trimmed } from '../../../functions/lib/aws/client-settings.ts';

setFlagsFromString('--allow-natives-syntax');
/** Whether V8 keeps the object's properties in places, and not in a hash table. */
const isFast: (object: object) => boolean = runInNewContext('(object) => %HasFastProperties(object)');
isFast({}); // V8 parses a function when it is first called
setFlagsFromString('--no-allow-natives-syntax');

const answer = Buffer.from('{"TableNames":["tümlaut"]}');
const whole = () => Readable.from([answer]);

/** A client whose every call is answered at once with a body, and which keeps what it is told to log. */
const clientOf = (body: () => Readable = whole) => {
  const logged: unknown[] = [];
  const log = (line: unknown) => logged.push(line);
  const client = new DynamoDBClient({
    ...settings,
    maxAttempts: 1,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    logger: { trace: log, debug: log, info: log, warn: log, error: log },
    requestHandler: {
      handle: async () => ({ response: { statusCode: 200, headers: {}, body: body() } }),
    },
  });
  return { client, logged };
};

describe('a client', () => {
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
