import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context } from 'aws-lambda';

const current = new AsyncLocalStorage<Pick<Context, 'getRemainingTimeInMillis'>>();

/** Kept back of every invocation, in milliseconds: enough to say that something took too long, and to log it. */
const RESERVE_MS = 500;

/** Runs a handler so that whatever it calls can know how much time its invocation has left. */
export const withDeadline =
  <Event, Result>(handler: (event: Event, context: Context) => Promise<Result>) =>
  (event: Event, context: Context): Promise<Result> =>
    current.run(context, handler, event, context);

/** Milliseconds that calls out may still take; none left: 0 or less. Infinity outside an invocation. */
export const timeLeft = (): number => {
  const invocation = current.getStore();
  return invocation === undefined
    ? Number.POSITIVE_INFINITY
    : invocation.getRemainingTimeInMillis() - RESERVE_MS;
};
