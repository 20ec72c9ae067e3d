import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context } from 'aws-lambda';

const current = new AsyncLocalStorage<Pick<Context, 'getRemainingTimeInMillis'>>();

/** Milliseconds of every invocation that calls out may not use: enough to answer and log that there was no time. */
const RESERVE_MS = 500;

/** Runs a handler so that {@link timeLeft} knows its invocation. */
export const withDeadline =
  <Event, Result>(handler: (event: Event, context: Context) => Promise<Result>) =>
  (event: Event, context: Context): Promise<Result> =>
    current.run(context, handler, event, context);

/** Milliseconds that calls out may still take: 0 or less when there are none, Infinity outside an invocation. */
export const timeLeft = (): number => {
  const invocation = current.getStore();
  return invocation === undefined
    ? Number.POSITIVE_INFINITY
    : invocation.getRemainingTimeInMillis() - RESERVE_MS;
};
