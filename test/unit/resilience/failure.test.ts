import { describe, expect, it } from 'vitest';
import { CircuitOpenError, OutOfTimeError, TimeoutError } from '../../../functions/lib/resilience/errors.ts';
import { mayHaveBeenApplied } from '../../../functions/lib/resilience/failure.ts';
import { isInfrastructureError } from '../../../functions/lib/resilience/infrastructure-error.ts';

const answered = (status: number, name: string) =>
  Object.assign(new Error(), { name, $metadata: { httpStatusCode: status } });
const broken = (code: string) => Object.assign(new Error(), { code });

/** Errors, whether they are trouble of the infrastructure, and whether the request may have been applied. */
const errors: readonly [what: string, error: unknown, infrastructure: boolean, applied: boolean][] = [
  ['a timeout', new TimeoutError(), true, true],
  ['a connection that broke', broken('ECONNRESET'), true, true],
  ['a connection that was refused', broken('ECONNREFUSED'), true, false],
  ['an error of the service', answered(500, 'InternalServerError'), true, true],
  ['an answer that nobody can read', answered(200, 'SyntaxError'), true, true],
  ['throttling', answered(400, 'ThrottlingException'), true, false],
  ['a refused access', answered(400, 'AccessDeniedException'), true, false],
  ['a condition that failed', answered(400, 'ConditionalCheckFailedException'), false, false],
  ['an invalid request', answered(400, 'ValidationException'), false, false],
  ['an open circuit', new CircuitOpenError('DynamoDB', 5), true, false],
  ['no time left', new OutOfTimeError(), true, false],
  ['no time left after a timeout', new OutOfTimeError(new TimeoutError()), true, true],
  ['no time left after throttling', new OutOfTimeError(answered(400, 'ThrottlingException')), true, false],
];

describe('an error of a call', () => {
  it.each(errors)('%s is or is not trouble of the infrastructure', (_, error, infrastructure) => {
    expect(isInfrastructureError(error)).toBe(infrastructure);
  });

  it.each(errors)('%s tells whether the request may have been applied', (_, error, __, applied) => {
    expect(mayHaveBeenApplied(error)).toBe(applied);
  });
});

it('an exception of the code is no trouble of the infrastructure', () => {
  expect(isInfrastructureError(new TypeError('undefined is not a function'))).toBe(false);
  expect(isInfrastructureError('text')).toBe(false);
});
