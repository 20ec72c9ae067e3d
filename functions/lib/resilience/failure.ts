import { CircuitOpenError, OutOfTimeError } from './errors.ts';

/** The status that a service answered with, where it answered at all. */
const statusOf = (error: unknown): number | undefined => {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  return (error.$metadata as { readonly httpStatusCode?: number } | undefined)?.httpStatusCode;
};

/**
 * Whether an error says that the service is in trouble: no answer, half an answer, or an error of its own (5xx).
 * An answer in the 400s proves that it is well, throttling too: that is about one hot key or one greedy tenant,
 * and nobody else should be refused for it.
 */
export const isServiceFailure = (error: unknown): boolean => {
  const status = statusOf(error);
  return status === undefined || status < 400 || status >= 500;
};

/** Whether the service answered that it has been asked too much. */
export const isThrottling = (error: unknown): boolean =>
  error instanceof Error && /Throttl|LimitExceeded|ThroughputExceeded|TooManyRequests/.test(error.name);

/** What Node.js says when it made no connection. */
const connectionFailures = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** Whether no connection was made, so that nothing was sent. */
export const isConnectionFailure = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && connectionFailures.has(String(error.code));

/**
 * Whether a request of one attempt that failed with this error may have been carried out all the same: its answer is
 * missing, is half an answer, or tells of an error of the service.
 */
export const mayHaveBeenApplied = (error: unknown): boolean => {
  if (error instanceof CircuitOpenError) return false;
  if (error instanceof OutOfTimeError)
    return error.previous !== undefined && mayHaveBeenApplied(error.previous);
  return isServiceFailure(error) && !isConnectionFailure(error);
};
