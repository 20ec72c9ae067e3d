// The process of one function instance: what the Lambda runtime is to a function. It is plain JavaScript, because a
// process that had to set up TypeScript first would start in twice the time. lambda-instance.ts has the other side,
// and the types of what goes to and fro.

import { readSync, writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { holdToRole } from './role-check.mjs';

/** File descriptors: a socket whose other end the platform has, and the pipe of a mailbox into which it puts events. */
const platform = 3;
const mailbox = 4;

const buffer = Buffer.allocUnsafe(64 * 1024);
const decoder = new StringDecoder();
let heard = '';

/**
 * Reads what is there into the buffer and answers how many bytes that is. Until something comes nothing in this process
 * runs: in profiles this function is the time in which it is frozen.
 */
const waitFor = (file, at = 0, most = buffer.length) => {
  const length = readSync(file, buffer, at, most);
  if (length === 0) process.exit(); // nobody is there any more
  return length;
};

/** The next line from the platform. */
const hear = () => {
  for (;;) {
    const end = heard.indexOf('\n');
    if (end >= 0) {
      const line = heard.slice(0, end);
      heard = heard.slice(end + 1);
      return line;
    }
    heard += decoder.write(buffer.subarray(0, waitFor(platform)));
  }
};

/** So many bytes of the mailbox, as text. */
const take = (length) => {
  for (let at = 0; at < length; ) at += waitFor(mailbox, at, length - at);
  return buffer.toString('utf8', 0, length);
};

/** Tells the platform something, and what belongs to it as JSON. */
const say = (what, json = 'null') => {
  let rest = Buffer.from(`${what} ${json}\n`);
  while (rest.length > 0) rest = rest.subarray(writeSync(platform, rest));
};

/** Lines of an event that came while the platform was asked something. */
const early = [];
const hearEvent = () => early.shift() ?? hear();

/**
 * The next event: from the mailbox, where an empty message says that it is too large for that and comes in lines, as
 * all do without a mailbox.
 */
const nextEvent = ({ hasMailbox }) => {
  const message = hasMailbox ? take(Number(take(4))) : '';
  const [head, payload] = message === '' ? [hearEvent(), hearEvent()] : message.split('\n');
  const [requestId, ...traceId] = head.split(' ');
  return { requestId, traceId: traceId.join(' '), payload };
};

/** Asks why a call is not allowed; work that an event has left behind may ask when the next event is on its way. */
const ask = (operation, body) => {
  say('question', JSON.stringify({ operation, body }));
  for (;;) {
    const line = hear();
    if (line.startsWith('verdict ')) return JSON.parse(line.slice('verdict '.length)) ?? undefined;
    early.push(line);
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

const run = async (handler, { context: fixed, timeoutSeconds }, { requestId, traceId, payload }) => {
  const deadline = Date.now() + timeoutSeconds * 1_000;
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
    say(`result ${requestId}`, JSON.stringify(result));
  } catch (error) {
    say(`error ${requestId}`, JSON.stringify(errorOf(error)));
  }
};

/**
 * Runs one event after the other. Between two of them the process is frozen, as it is on Lambda: timers and sockets of
 * the function wait with it. It freezes when it has done what was due at the end of an event, such as giving its
 * connection back, and after the thaw it first notices what has happened meanwhile, such as the end of a connection.
 */
const serve = (handler, settings) => {
  const freeze = () => {
    const event = nextEvent(settings);
    setImmediate(async () => {
      await run(handler, settings, event);
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
  serve(handler, initialization);
} catch (error) {
  crash(errorOf(error));
}
