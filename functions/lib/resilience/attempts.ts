import type { Circuit } from './circuit.ts';
import { OutOfTimeError, TimeoutError } from './errors.ts';
import { isServiceFailure, isThrottling } from './failure.ts';
import { timeLeft } from './invocation.ts';

/** Milliseconds that one attempt may take, until its whole answer has been read. */
const MAX_ATTEMPT_MS = 2_000;

/** Milliseconds that another attempt needs: the longest backoff (2 s, after throttling) and some for itself. */
const MIN_RETRY_MS = 2_500;

/** The middleware's place: inside the SDK's retries and signing, around the reading of the answer. */
export const aroundAttempts = {
  step: 'deserialize',
  priority: 'high',
  name: 'guardAttempts',
  override: true,
} as const;

/**
 * Middleware for a client of the SDK that guards each attempt: it goes through the circuit, ends before its invocation
 * does, and is not followed by another for which there is no time. The SDK's retries are outside of it, and they alone
 * repeat a request.
 *
 * The HTTP handler's own timeouts end when the headers have arrived; this one covers the body too.
 */
export const guardAttempts =
  (circuit: Circuit) =>
  <Arguments, Output>(next: (args: Arguments) => Promise<Output>) =>
  async (args: Arguments): Promise<Output> => {
    const left = timeLeft();
    if (left <= 0) throw new OutOfTimeError();
    try {
      return await circuit(() => withTimeout(Math.min(MAX_ATTEMPT_MS, left), next(args)));
    } catch (error) {
      const isRetryable = isServiceFailure(error) || isThrottling(error);
      throw isRetryable && timeLeft() < MIN_RETRY_MS ? new OutOfTimeError(error) : error;
    }
  };

/** The answer, or a {@link TimeoutError} when it takes longer. Not `Promise.race`, which costs twice as much. */
const withTimeout = <T>(milliseconds: number, answer: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new TimeoutError(`no answer within ${Math.round(milliseconds)} ms`)),
      milliseconds,
    );
    answer.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
