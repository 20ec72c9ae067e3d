import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aroundAttempts, guardAttempts } from '../../../functions/lib/resilience/attempts.ts';
import { createCircuit } from '../../../functions/lib/resilience/circuit.ts';
import { withDeadline } from '../../../functions/lib/resilience/invocation.ts';
import { lambdaContext } from '../../support/events.ts';
import { captureLog } from '../../support/log.ts';

type Answer = (response: ServerResponse) => void;
let server: Server;
let answers: Answer[] = [];
let received = 0;
let client: DynamoDBClient;
let log: ReturnType<typeof captureLog>;

const error =
  (status: number, name: string): Answer =>
  (response) =>
    response.writeHead(status).end(JSON.stringify({ __type: `com.amazonaws#${name}` }));
const found: Answer = (response) => response.end('{}');
const silence: Answer = () => {};
const half: Answer = (response) => response.writeHead(200).write('{"Item":');

beforeAll(async () => {
  server = createServer((request, response) => {
    received += 1;
    request.resume();
    request.on('end', () => (answers.shift() ?? found)(response));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  log = captureLog();
  answers = [];
  received = 0;
  client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 3,
  });
  client.middlewareStack.add(guardAttempts(createCircuit('DynamoDB')), aroundAttempts);
});
afterEach(() => {
  client.destroy();
  log.restore();
});

/** Asks within an invocation that has so much time left. */
const ask = (remainingMs: number): Promise<unknown> =>
  withDeadline(() => client.send(new GetItemCommand({ TableName: 't', Key: { id: { N: '1' } } })))(
    {},
    lambdaContext(remainingMs),
  ).catch((thrown: unknown) => thrown);

describe('an attempt to call a service', () => {
  it('is repeated by the SDK alone, three times in all', async () => {
    answers = Array(9).fill(error(500, 'InternalServerError'));
    expect(await ask(10_000)).toMatchObject({ name: 'InternalServerError', $metadata: { attempts: 3 } });
    expect(received).toBe(3);
  });

  it('is not repeated for what would fail again', async () => {
    answers = [error(400, 'ConditionalCheckFailedException'), error(400, 'ValidationException')];
    expect(await ask(10_000)).toMatchObject({ name: 'ConditionalCheckFailedException' });
    expect(await ask(10_000)).toMatchObject({ name: 'ValidationException' });
    expect(received).toBe(2);
  });

  it.each([
    ['no answer', silence],
    ['half an answer', half],
  ])('with %s ends before its invocation does, and no other follows', async (_, answer) => {
    answers = [answer];
    const asked = performance.now();
    expect(await ask(700)).toMatchObject({ name: 'OutOfTime', previous: { name: 'TimeoutError' } });
    expect(performance.now() - asked).toBeLessThan(1_500); // an attempt alone may take 2,000
    expect(received).toBe(1);
  });

  it('with half an answer is repeated when there is time', async () => {
    answers = [half];
    expect(await ask(10_000)).toMatchObject({ $metadata: { httpStatusCode: 200, attempts: 2 } });
  });

  it('is not made when its invocation is about to end', async () => {
    expect(await ask(500)).toMatchObject({ name: 'OutOfTime', previous: undefined });
    expect(received).toBe(0);
  });

  it('is not repeated when the backoff would take too long', async () => {
    answers = [error(400, 'ThrottlingException')];
    expect(await ask(2_900)).toMatchObject({
      name: 'OutOfTime',
      previous: { name: 'ThrottlingException' },
    });
    expect(received).toBe(1);
  });

  it('is not made while the circuit is open, and the SDK does not retry that', async () => {
    answers = Array(5).fill(error(500, 'InternalServerError'));
    await ask(10_000);
    expect(await ask(10_000)).toMatchObject({ name: 'CircuitOpen' });
    expect(await ask(10_000)).toMatchObject({ name: 'CircuitOpen', retryAfterSeconds: 5 });
    expect(received).toBe(5);
  });
});
