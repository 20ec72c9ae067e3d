import { CircuitOpenError, OutOfTimeError } from './errors.ts';
import { isConnectionFailure } from './failure.ts';

/** What Node.js says when a connection broke or could not be used. */
const brokenConnection = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENETDOWN',
  'EMFILE',
  'ERR_HTTP2_STREAM_CANCEL',
  'ERR_SOCKET_CONNECTION_TIMEOUT',
]);

/** Errors of the SDK and of Node.js that are told apart by their name only. */
const names = new Set(['TimeoutError', 'AbortError', 'RequestTimeout', 'CredentialsProviderError']);

/** Answers of a service that only a bug in this code can cause. */
const bugs = new Set(['ValidationException', 'SerializationException', 'ConditionalCheckFailedException']);

/**
 * Whether an error is trouble of the infrastructure, which may pass: a network without an answer, a timeout,
 * throttling, a service that fails or refuses access. The AWS SDK marks what a service answered with `$fault`
 * and `$metadata`, and what it would try again itself with `$retryable`.
 */
export const isInfrastructureError = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  if (bugs.has(error.name)) return false;
  if ('$fault' in error || '$retryable' in error || '$metadata' in error) return true;
  if (error instanceof CircuitOpenError || error instanceof OutOfTimeError) return true;
  if (isConnectionFailure(error) || names.has(error.name)) return true;
  return 'code' in error && brokenConnection.has(String(error.code));
};
