import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { aroundAttempts, guardAttempts } from '../../../functions/lib/resilience/attempts.ts';
import { createCircuit } from '../../../functions/lib/resilience/circuit.ts';
import { withDeadline } from '../../../functions/lib/resilience/invocation.ts';
import { lambdaContext } from '../../support/events.ts';
import { captureLog } from '../../support/log.ts';
import { halfAnswer, refuses, silence, stubbedService } from '../../support/stubbed-service.ts';

let service: ReturnType<typeof stubbedService>;
let client: DynamoDBClient;
let log: ReturnType<typeof captureLog>;
beforeEach(() => {
  vi.useFakeTimers();
  log = captureLog();
  service = stubbedService();
  client = new DynamoDBClient({ ...service.options, maxAttempts: 3 });
  client.middlewareStack.add(guardAttempts(createCircuit('DynamoDB')), aroundAttempts);
});
afterEach(() => {
  log.restore();
  vi.useRealTimers();
});

/** The outcome of a call within an invocation that has so much time left, and how long it took. */
const ask = async (remainingMs: number) => {
  const begun = Date.now();
  const { getRemainingTimeInMillis: _, ...context } = lambdaContext();
  let settled = false;
  const asking = withDeadline(() =>
    client.send(new GetItemCommand({ TableName: 't', Key: { id: { N: '1' } } })),
  )({}, { ...context, getRemainingTimeInMillis: () => remainingMs - (Date.now() - begun) })
    .catch((error: unknown) => error)
    .finally(() => {
      settled = true;
    });
  while (!settled) await vi.advanceTimersByTimeAsync(10);
  return { outcome: await asking, ms: Date.now() - begun };
};

describe('an attempt to call a service', () => {
  it('is repeated by the SDK, three attempts in all', async () => {
    service.next(...Array(9).fill(refuses(500, 'InternalServerError')));
    expect((await ask(10_000)).outcome).toMatchObject({
      name: 'InternalServerError',
      $metadata: { attempts: 3 },
    });
    expect(service.sent).toHaveLength(3);
  });

  it('is not repeated after an error that it would meet again', async () => {
    service.next(refuses(400, 'ConditionalCheckFailedException'), refuses(400, 'ValidationException'));
    expect((await ask(10_000)).outcome).toMatchObject({ name: 'ConditionalCheckFailedException' });
    expect((await ask(10_000)).outcome).toMatchObject({ name: 'ValidationException' });
    expect(service.sent).toHaveLength(2);
  });

  it.each([
    ['no answer', silence],
    ['half an answer', halfAnswer],
  ])('with %s ends before its invocation does, and is not repeated', async (_, reply) => {
    service.next(reply);
    const { outcome, ms } = await ask(700);
    expect(outcome).toMatchObject({ name: 'OutOfTimeError', previous: { name: 'TimeoutError' } });
    expect(ms).toBeLessThanOrEqual(210); // 500 ms are kept for the answer to the client
    expect(service.sent).toHaveLength(1);
  });

  it.each([
    ['no answer', silence],
    ['half an answer', halfAnswer],
  ])('with %s ends after two seconds, and is repeated', async (_, reply) => {
    service.next(reply);
    const { outcome, ms } = await ask(10_000);
    expect(outcome).toMatchObject({ $metadata: { httpStatusCode: 200, attempts: 2 } });
    expect(ms).toBeGreaterThanOrEqual(2_000);
    expect(ms).toBeLessThan(2_500);
  });

  it('is not made when its invocation is about to end', async () => {
    expect((await ask(500)).outcome).toMatchObject({ name: 'OutOfTimeError', previous: undefined });
    expect(service.sent).toHaveLength(0);
  });

  it('is not repeated when the backoff would take too long', async () => {
    service.next(refuses(400, 'ThrottlingException'));
    expect((await ask(2_900)).outcome).toMatchObject({
      name: 'OutOfTimeError',
      previous: { name: 'ThrottlingException' },
    });
    expect(service.sent).toHaveLength(1);
  });

  it('is not made while the circuit is open, and the SDK does not retry that', async () => {
    service.next(...Array(5).fill(refuses(500, 'InternalServerError')));
    await ask(10_000);
    expect((await ask(10_000)).outcome).toMatchObject({ name: 'CircuitOpenError' });
    expect((await ask(10_000)).outcome).toMatchObject({ name: 'CircuitOpenError', retryAfterSeconds: 5 });
    expect(service.sent).toHaveLength(5);
  });
});
