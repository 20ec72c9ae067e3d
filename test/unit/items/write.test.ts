import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { executeWrite } from '../../../functions/items/write.ts';
import { attributes } from '../../../functions/lib/aws/attributes.ts';
import { aroundAttempts, guardAttempts } from '../../../functions/lib/resilience/attempts.ts';
import { createCircuit } from '../../../functions/lib/resilience/circuit.ts';
import { withDeadline } from '../../../functions/lib/resilience/invocation.ts';
import { lambdaContext } from '../../support/events.ts';
import { captureLog } from '../../support/log.ts';
import {
  breaks,
  garbledAnswer,
  halfAnswer,
  refuses,
  silence,
  stubbedService,
} from '../../support/stubbed-service.ts';

const token = 'mine';
const startedAt = '2026-11-20T12:00:00.000Z';
const item = { tenant: 't', id: 1, updatedAt: startedAt, _etag: 'theirs', _birth: 'theirs' };

const throttled = refuses(400, 'ThrottlingException');
const conditionFailed = (found?: object) =>
  refuses(400, 'ConditionalCheckFailedException', found && { Item: attributes(found) });
const lost = breaks('ECONNRESET');

let service: ReturnType<typeof stubbedService>;
let clients: { readonly retrying: DynamoDBClient; readonly singleAttempt: () => DynamoDBClient };
let log: ReturnType<typeof captureLog>;
beforeEach(() => {
  vi.useFakeTimers();
  log = captureLog();
  service = stubbedService();
  const guard = guardAttempts(createCircuit('DynamoDB'));
  const clientOf = (maxAttempts: number) => {
    const client = new DynamoDBClient({ ...service.options, maxAttempts });
    client.middlewareStack.add(guard, aroundAttempts);
    return client;
  };
  const singleAttempt = clientOf(1);
  clients = { retrying: clientOf(3), singleAttempt: () => singleAttempt };
});
afterEach(() => {
  log.restore();
  vi.useRealTimers();
});

/** Executes a write and gives its outcome or its error, and the form of each attempt that was sent. */
const execute = async (remainingMs = 20_000) => {
  let settled = false;
  const command = (guarded: boolean) =>
    new PutItemCommand({
      TableName: 't',
      Item: attributes(item),
      ConditionExpression: guarded ? 'guarded' : 'first',
    });
  const executing = withDeadline(() => executeWrite(clients, { token, startedAt, command }))(
    {},
    lambdaContext(remainingMs),
  )
    .catch((error: unknown) => error)
    .finally(() => {
      settled = true;
    });
  while (!settled) await vi.advanceTimersByTimeAsync(20);
  const outcome = await executing;
  const forms = service.sent.splice(0).map((body) => (body as PutItemCommand['input']).ConditionExpression);
  return { outcome, forms };
};

describe('a write', () => {
  it('is sent once when it is answered', async () => {
    expect(await execute()).toEqual({ outcome: { kind: 'applied', record: undefined }, forms: ['first'] });
  });

  it('is refused, with the item that it met, when its condition fails', async () => {
    service.next(conditionFailed(item));
    expect(await execute()).toEqual({ outcome: { kind: 'refused', found: item }, forms: ['first'] });
  });

  it.each([
    ['throttling', throttled],
    ['a connection that was refused', breaks('ECONNREFUSED')],
    ['a name that was not found', breaks('ENOTFOUND')],
  ])('is sent again as it is after %s, which surely did not apply it', async (_, failure) => {
    service.next(failure, failure);
    expect(await execute()).toMatchObject({
      outcome: { kind: 'applied' },
      forms: ['first', 'first', 'first'],
    });
  });

  it.each([
    ['throttling', throttled, { name: 'ThrottlingException' }],
    ['a connection that was refused', breaks('ECONNREFUSED'), { code: 'ECONNREFUSED' }],
  ])('fails with %s after three attempts', async (_, failure, error) => {
    service.next(...Array(9).fill(failure));
    expect(await execute()).toMatchObject({ outcome: error, forms: ['first', 'first', 'first'] });
  });

  it('is not sent again after an error that it would meet again', async () => {
    service.next(refuses(400, 'AccessDeniedException'));
    expect(await execute()).toMatchObject({ outcome: { name: 'AccessDeniedException' }, forms: ['first'] });
  });

  it.each([
    ['a connection that broke', lost],
    ['no answer', silence],
    ['half an answer', halfAnswer],
    ['an answer that nobody can read', garbledAnswer],
    ['an error of the service', refuses(500, 'InternalServerError')],
  ])('is sent in its guarded form after %s, which may have applied it', async (_, failure) => {
    service.next(failure);
    expect(await execute()).toMatchObject({ outcome: { kind: 'applied' }, forms: ['first', 'guarded'] });
  });

  it('is sent in its guarded form also when its first attempts were throttled', async () => {
    service.next(throttled, throttled, lost);
    expect(await execute()).toMatchObject({
      outcome: { kind: 'applied' },
      forms: ['first', 'first', 'first', 'guarded'],
    });
  });

  it('is repeated by the SDK in its guarded form only', async () => {
    service.next(...Array(9).fill(lost));
    expect(await execute()).toMatchObject({
      outcome: { code: 'ECONNRESET' },
      forms: ['first', 'guarded', 'guarded', 'guarded'],
    });
  });

  it('is not sent again while the circuit is open', async () => {
    service.next(...Array(5).fill(lost));
    await execute();
    await execute();
    expect(await execute()).toMatchObject({ outcome: { name: 'CircuitOpenError' }, forms: [] });
  });

  it('is not sent when there is no time for it, and not again when there is none left', async () => {
    expect(await execute(500)).toMatchObject({ outcome: { name: 'OutOfTimeError' }, forms: [] });
    service.next(throttled);
    expect(await execute(2_900)).toMatchObject({
      outcome: { name: 'OutOfTimeError', previous: { name: 'ThrottlingException' } },
      forms: ['first'],
    });
  });
});

describe('the item that refuses the guarded form', () => {
  it.each([
    ['wrote last', { ...item, _etag: token }],
    ['created', { ...item, _birth: token }],
  ])('shows that the write was applied when it is what the write %s', async (_, found) => {
    service.next(lost, conditionFailed(found));
    expect((await execute()).outcome).toEqual({ kind: 'applied', record: found });
  });

  it('shows that the write was refused when it is older than the write on every clock', async () => {
    const found = { ...item, updatedAt: '2026-11-20T11:59:58.999Z' };
    service.next(lost, conditionFailed(found));
    expect((await execute()).outcome).toEqual({ kind: 'refused', found });
  });

  it.each([
    ['is as old as the write on some clock', { ...item, updatedAt: '2026-11-20T11:59:59.000Z' }],
    ['is gone', undefined],
  ])('leaves the outcome unknown when it %s', async (_, found) => {
    service.next(lost, conditionFailed(found));
    expect((await execute()).outcome).toMatchObject({
      name: 'IndeterminateWriteError',
      cause: { code: 'ECONNRESET' },
    });
  });
});
