/** What Node.js says when no connection could be made or it broke. */
const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EMFILE',
  'ERR_HTTP2_STREAM_CANCEL',
  'ERR_SOCKET_CONNECTION_TIMEOUT',
]);

const names = new Set([
  'TimeoutError',
  'AbortError',
  'RequestTimeout',
  'CredentialsProviderError',
  'CircuitOpen',
  'OutOfTime',
]);

/** Answers of a service that only a bug in this suite can cause. */
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
  return names.has(error.name) || ('code' in error && networkCodes.has(String(error.code)));
};
