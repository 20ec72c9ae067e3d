// The process of one function instance: what the Lambda runtime is to a function. It is plain JavaScript, because a
// process that had to set up TypeScript first would start in twice the time. instance.ts is the other side of the
// channel, and says which messages there are.

import { readSync, writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { enforceRole } from './role-check.mjs';

/** File descriptor of a socket whose other end the platform has. */
const channel = 3;

const buffer = Buffer.allocUnsafe(64 * 1024);
const decoder = new StringDecoder();
let received = '';

/**
 * Reads what is there into the buffer and answers how many bytes that is. Until something comes nothing in this process
 * runs: in profiles this function is the time in which it is frozen.
 */
const waitForBytes = () => {
  const length = readSync(channel, buffer);
  if (length === 0) process.exit(); // nobody is there any more
  return length;
};

/** The next line from the platform. */
const receive = () => {
  for (;;) {
    const end = received.indexOf('\n');
    if (end >= 0) {
      const line = received.slice(0, end);
      received = received.slice(end + 1);
      return line;
    }
    received += decoder.write(buffer.subarray(0, waitForBytes()));
  }
};

const send = (message) => {
  let rest = Buffer.from(`${message}\n`);
  while (rest.length > 0) rest = rest.subarray(writeSync(channel, rest));
};

/** Asks for the next invocation, and waits for it. */
const nextInvocation = () => {
  send('next');
  const head = receive();
  return { ...JSON.parse(head.slice('invocation '.length)), payload: receive() };
};

/** Asks why the role does not allow a call; undefined: it does. */
const authorize = (operation, body) => {
  send(`authorize ${JSON.stringify({ operation, body })}`);
  return JSON.parse(receive()) ?? undefined;
};

const errorOf = (thrown) =>
  thrown instanceof Error
    ? {
        errorType: thrown.name,
        errorMessage: thrown.message,
        stackTrace: (thrown.stack ?? '').split('\n').slice(1),
      }
    : { errorType: typeof thrown, errorMessage: String(thrown), stackTrace: [] };

/** Says why, then ends as the runtime does. */
const exit = (message, error) => {
  send(`${message} ${JSON.stringify(error)}`);
  process.exit(129);
};

process.on('uncaughtException', (thrown) => exit('exit', errorOf(thrown)));
process.on('unhandledRejection', (reason) => {
  const { errorType, errorMessage, stackTrace } = errorOf(reason);
  exit('exit', {
    errorType: 'Runtime.UnhandledPromiseRejection',
    errorMessage: `${errorType}: ${errorMessage}`,
    stackTrace,
  });
});

const load = async ({ module, exportName }) => {
  const handler = (await import(module))[exportName];
  if (typeof handler !== 'function') throw new Error(`${exportName} is not exported, or is not a function`);
  if (handler.length > 2)
    throw new Error('nodejs24.x calls no callbacks: make the handler an async function');
  return handler;
};

const run = async (handler, fixedContext, { requestId, traceId, deadlineMs, payload }) => {
  // biome-ignore lint/style/noProcessEnv: the runtime sets it for the function to read
  process.env._X_AMZN_TRACE_ID = traceId;
  const context = {
    ...fixedContext,
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  };
  try {
    const result = await handler(JSON.parse(payload), context);
    send(`response ${requestId} ${JSON.stringify(result) ?? 'null'}`);
  } catch (error) {
    send(`error ${requestId} ${JSON.stringify(errorOf(error))}`);
  }
};

/**
 * Runs one event after the other. Between two of them the process is frozen, as it is on Lambda: timers and sockets of
 * the function wait with it. It freezes when it has done what was due at the end of an event, such as giving its
 * connection back, and after the thaw it first notices what has happened meanwhile, such as the end of a connection.
 */
const serve = (handler, fixedContext) => {
  const freeze = () => {
    const invocation = nextInvocation();
    setImmediate(async () => {
      await run(handler, fixedContext, invocation);
      setImmediate(freeze);
    });
  };
  freeze();
};

const initialization = JSON.parse(receive());
enforceRole(authorize);
let handler;
try {
  handler = await load(initialization);
} catch (error) {
  exit('init-error', errorOf(error));
}
serve(handler, initialization.context);
