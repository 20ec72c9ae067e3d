import { BrokenCircuitError, ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';
import { log } from '../observability/log.ts';
import { metricFields } from '../observability/metrics.ts';
import { CircuitOpenError } from './errors.ts';
import { isServiceFailure } from './failure.ts';

/** Failed attempts in a row that open a circuit: two calls that have failed with all their retries. */
const FAILURES = 5;

/** Seconds after which an open circuit lets one probe through. */
const PAUSE_SECONDS = 5;

/** Guards one service: runs an attempt to call it, or throws {@link CircuitOpenError} at once. */
export type Circuit = <T>(attempt: () => Promise<T>) => Promise<T>;

/** What an attempt came to; an error that is no failure of the service is a result as good as any. */
type Settled<T> = { readonly value: T } | { readonly error: unknown };

/**
 * A circuit breaker for one service, one to an instance. Closed, it counts failures in a row; open, it refuses at
 * once, so that an instance is not held up by a service that does not answer; after a pause one probe decides.
 */
export const createCircuit = (service: string): Circuit => {
  const policy = circuitBreaker(handleAll, {
    breaker: new ConsecutiveBreaker(FAILURES),
    halfOpenAfter: PAUSE_SECONDS * 1_000,
  });
  policy.onBreak(() =>
    log.warn('circuit opened', { service, ...metricFields({ values: { BreakerOpened: 1 } }) }),
  );
  policy.onReset(() =>
    log.info('circuit closed', { service, ...metricFields({ values: { BreakerClosed: 1 } }) }),
  );

  return async <T>(attempt: () => Promise<T>): Promise<T> => {
    const settled = await policy
      .execute(async (): Promise<Settled<T>> => {
        try {
          return { value: await attempt() };
        } catch (error) {
          if (isServiceFailure(error)) throw error;
          return { error };
        }
      })
      .catch((error: unknown) => {
        throw error instanceof BrokenCircuitError ? new CircuitOpenError(service, PAUSE_SECONDS) : error;
      });
    if ('error' in settled) throw settled.error;
    return settled.value;
  };
};
