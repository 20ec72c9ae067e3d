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
