// The process of one function instance: what the Lambda runtime is to a function. It is plain JavaScript, because a
// process that had to set up TypeScript first would start in twice the time. lambda-instance.ts has the other side,
// and the types of what goes to and fro.

import { readSync, writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { holdToRole } from './lambda-role.mjs';

/** The file descriptor at whose other end the platform is. */
const platform = 3;

const buffer = Buffer.allocUnsafe(64 * 1024);
const decoder = new StringDecoder();
let heard = '';

/** The next line from the platform. Until it comes nothing in this process runs. */
const hear = () => {
  for (;;) {
    const end = heard.indexOf('\n');
    if (end >= 0) {
      const line = heard.slice(0, end);
      heard = heard.slice(end + 1);
      return line;
    }
    const length = readSync(platform, buffer);
    if (length === 0) process.exit(); // nobody is there any more
    heard += decoder.write(buffer.subarray(0, length));
  }
};

/** Tells the platform something, and what belongs to it as JSON. */
const say = (kind, json = 'null') => {
  let rest = Buffer.from(`${kind} ${json}\n`);
  while (rest.length > 0) rest = rest.subarray(writeSync(platform, rest));
};

/** The next event, where it came while the platform was asked something: the line that says so, and the event. */
let early;

const nextEvent = () => {
  const [line, payload] = early ?? [hear(), hear()];
  early = undefined;
  const [, requestId, deadline, ...traceId] = line.split(' ');
  return { requestId, deadline: Number(deadline), traceId: traceId.join(' '), payload };
};

/** Asks why a call is not allowed; work that an event has left behind may ask when the next event is on its way. */
const ask = (operation, body) => {
  say('question', JSON.stringify({ operation, body }));
  for (;;) {
    const line = hear();
    if (line.startsWith('verdict ')) return JSON.parse(line.slice('verdict '.length)) ?? undefined;
    early = [line, hear()];
  }
};

const errorOf = (thrown) =>
  thrown instanceof Error
    ? {
        errorType: thrown.name,
        errorMessage: thrown.message,
        stackTrace: (thrown.stack ?? '').split('\n').slice(1),
      }
    : { errorType: typeof thrown, errorMessage: String(thrown), stackTrace: [] };

/** Reports why, then ends as the runtime does. */
const crash = (error) => {
  say('crash', JSON.stringify(error));
  process.exit(129);
};

process.on('uncaughtException', (thrown) => crash(errorOf(thrown)));
process.on('unhandledRejection', (reason) => {
  const { errorType, errorMessage, stackTrace } = errorOf(reason);
  crash({
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

const run = async (handler, fixed, { requestId, deadline, traceId, payload }) => {
  // biome-ignore lint/style/noProcessEnv: the runtime sets it for the function to read
  process.env._X_AMZN_TRACE_ID = traceId;
  const context = {
    ...fixed,
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
  try {
    const result = await handler(JSON.parse(payload), context);
    say('result', JSON.stringify(result));
  } catch (error) {
    say('error', JSON.stringify(errorOf(error)));
  }
};

/**
 * Runs one event after the other. Between two of them the process is frozen, as it is on Lambda: timers and sockets of
 * the function wait with it. It freezes when it has done what was due at the end of an event, such as giving its
 * connection back, and after the thaw it first notices what has happened meanwhile, such as the end of a connection.
 */
const serve = (handler, fixed) => {
  const freeze = () => {
    const event = nextEvent();
    setImmediate(async () => {
      await run(handler, fixed, event);
      setImmediate(freeze);
    });
  };
  freeze();
};

const initialization = JSON.parse(hear());
holdToRole(ask);
try {
  const handler = await load(initialization);
  say('ready');
  serve(handler, initialization.context);
} catch (error) {
  crash(errorOf(error));
}
