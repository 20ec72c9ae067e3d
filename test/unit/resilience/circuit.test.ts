import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Circuit, createCircuit } from '../../../functions/lib/resilience/circuit.ts';
import { CircuitOpenError } from '../../../functions/lib/resilience/errors.ts';
import { captureLog } from '../../support/log.ts';

let log: ReturnType<typeof captureLog>;
let circuit: Circuit;
let asked = 0;
beforeEach(() => {
  vi.useFakeTimers();
  log = captureLog();
  circuit = createCircuit('DynamoDB');
  asked = 0;
});
afterEach(() => {
  log.restore();
  vi.useRealTimers();
});

const answer = (status: number, name = 'Error') =>
  Object.assign(new Error(), { name, $metadata: { httpStatusCode: status } });

/** What came of an attempt: its value, or its error. */
const attempt = (outcome: unknown) =>
  circuit(async () => {
    asked += 1;
    if (outcome instanceof Error) throw outcome;
    return outcome;
  }).catch((error: unknown) => error);

const fail = async (times: number, error: Error = answer(500)) => {
  for (let n = 0; n < times; n += 1) await attempt(error);
};

describe('a circuit', () => {
  it('returns the value of an attempt, and throws its error', async () => {
    expect(await attempt('an answer')).toBe('an answer');
    const error = answer(500);
    expect(await attempt(error)).toBe(error);
  });

  it.each([
    ['errors of the service', answer(503)],
    ['connections that break', Object.assign(new Error(), { code: 'ECONNRESET' })],
    ['answers that never come', Object.assign(new Error(), { name: 'TimeoutError' })],
    ['answers that nobody can read', answer(200, 'SyntaxError')],
  ])('opens after five %s in a row, and then makes no attempt', async (_, error) => {
    await fail(5, error);
    expect(await attempt('an answer')).toEqual(new CircuitOpenError('DynamoDB', 5));
    expect(asked).toBe(5);
    expect(log.lines).toMatchObject([{ message: 'circuit opened', service: 'DynamoDB' }]);
  });

  it.each([
    ['a condition that failed', answer(400, 'ConditionalCheckFailedException')],
    ['throttling', answer(400, 'ThrottlingException')],
    ['a request that was refused', answer(403, 'AccessDeniedException')],
  ])('is not opened by %s, however often', async (_, error) => {
    await fail(50, error);
    expect(await attempt('an answer')).toBe('an answer');
  });

  it('starts to count anew after any answer, also one that refuses', async () => {
    for (const between of ['an answer', answer(400, 'ConditionalCheckFailedException')]) {
      await fail(4);
      await attempt(between);
      await fail(4);
      expect(await attempt('an answer')).toBe('an answer');
    }
  });

  it('lets one probe through after five seconds, and closes when it succeeds', async () => {
    await fail(5);
    vi.advanceTimersByTime(4_999);
    expect(await attempt('an answer')).toBeInstanceOf(CircuitOpenError);
    vi.advanceTimersByTime(1);
    expect(await attempt('an answer')).toBe('an answer');
    expect(await attempt('another')).toBe('another');
    expect(log.lines).toMatchObject([{ message: 'circuit opened' }, { message: 'circuit closed' }]);
  });

  it('closes also when the service refuses the probe, because it answered', async () => {
    await fail(5);
    vi.advanceTimersByTime(5_000);
    await attempt(answer(400, 'ConditionalCheckFailedException'));
    expect(await attempt('an answer')).toBe('an answer');
  });

  it('stays open when the probe fails, and lets no other attempt through beside it', async () => {
    await fail(5);
    vi.advanceTimersByTime(5_000);
    const probe = Promise.withResolvers<string>();
    const probing = circuit(() => probe.promise).catch((error: unknown) => error);
    const beside = attempt('an answer');
    probe.reject(answer(500));
    await probing;
    expect(await beside).toBeInstanceOf(CircuitOpenError);
    expect(asked).toBe(5);
  });
});
