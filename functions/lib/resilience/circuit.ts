import { BrokenCircuitError, ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';
import { log } from '../observability/log.ts';
import { metricFields } from '../observability/metrics.ts';
import { CircuitOpenError } from './errors.ts';
import { isServiceFailure } from './failure.ts';

/** Failed attempts in a row that open a circuit: nearly two calls with all their retries. */
const MAX_FAILURES = 5;

/** Seconds after which an open circuit lets one probe through. */
const OPEN_SECONDS = 5;

/** Guards one service: runs an attempt to call it, or throws a {@link CircuitOpenError} at once. */
export type Circuit = <T>(attempt: () => Promise<T>) => Promise<T>;

/** The outcome of an attempt that is no failure of the service: a value, or an error that the service answered. */
type Outcome<T> = { readonly value: T } | { readonly error: unknown };

/**
 * A circuit breaker for one service and instance. While it is closed it counts failures in a row. While it is open it
 * refuses at once, so that a service that does not answer holds up no instance. After {@link OPEN_SECONDS} it lets one
 * probe through, whose outcome closes it or opens it again.
 */
export const createCircuit = (service: string): Circuit => {
  const policy = circuitBreaker(handleAll, {
    breaker: new ConsecutiveBreaker(MAX_FAILURES),
    halfOpenAfter: OPEN_SECONDS * 1_000,
  });
  policy.onBreak(() =>
    log.warn('circuit opened', { service, ...metricFields({ values: { BreakerOpened: 1 } }) }),
  );
  policy.onReset(() =>
    log.info('circuit closed', { service, ...metricFields({ values: { BreakerClosed: 1 } }) }),
  );

  return async <T>(attempt: () => Promise<T>): Promise<T> => {
    const outcome = await policy
      .execute(async (): Promise<Outcome<T>> => {
        try {
          return { value: await attempt() };
        } catch (error) {
          if (isServiceFailure(error)) throw error;
          return { error };
        }
      })
      .catch((error: unknown) => {
        throw error instanceof BrokenCircuitError ? new CircuitOpenError(service, OPEN_SECONDS) : error;
      });
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  };
};
