import type { Circuit } from './circuit.ts';
import { AttemptTimeout, OutOfTimeError } from './errors.ts';
import { isServiceFailure, isThrottling } from './failure.ts';
import { timeLeft } from './invocation.ts';

/** The longest that one attempt may take until its answer has been read whole, in milliseconds. */
const ATTEMPT_MS = 2_000;

/** Another attempt is made only if there is time for the longest backoff (2 s, after throttling) and for itself. */
const RETRY_MS = 2_500;

/** Where the middleware stands: inside retries and signing, around the reading of the answer. */
export const aroundAttempts = {
  step: 'deserialize',
  priority: 'high',
  name: 'guardAttempts',
  override: true,
} as const;

/**
 * Middleware for an SDK client. Its own retries stand outside and alone repeat a request, up to `maxAttempts` times,
 * with backoff, full jitter and a quota. Each attempt passes the circuit and ends before its invocation does, and
 * none follows when there is no time for it.
 *
 * The HTTP handler's own timeout ends when the headers have come; this one covers the body too.
 */
export const guardAttempts =
  (circuit: Circuit) =>
  <Arguments, Output>(next: (args: Arguments) => Promise<Output>) =>
  async (args: Arguments): Promise<Output> => {
    const left = timeLeft();
    if (left <= 0) throw new OutOfTimeError();
    try {
      return await circuit(() => within(Math.min(ATTEMPT_MS, left), next(args)));
    } catch (error) {
      const mayBeRepeated = isServiceFailure(error) || isThrottling(error);
      throw mayBeRepeated && timeLeft() < RETRY_MS ? new OutOfTimeError(error) : error;
    }
  };

/** What comes first, the answer or the end of the time. Written out, because `Promise.race` costs twice as much. */
const within = <T>(milliseconds: number, answer: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new AttemptTimeout(`no answer within ${Math.round(milliseconds)} ms`)),
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
