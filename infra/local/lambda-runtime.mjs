// The process of one function instance: what the Lambda runtime is to a function. It is plain JavaScript, because a
// process that had to set up TypeScript first would start in twice the time. lambda-instance.ts has the other side,
// and the types of what goes to and fro.

import { holdToRole } from './lambda-role.mjs';

const report = (message) => process.send(message);

const errorOf = (thrown) =>
  thrown instanceof Error
    ? {
        errorType: thrown.name,
        errorMessage: thrown.message,
        stackTrace: (thrown.stack ?? '').split('\n').slice(1),
      }
    : { errorType: typeof thrown, errorMessage: String(thrown), stackTrace: [] };

/** Reports why, then ends as the runtime does. */
const crash = (error) => process.send({ kind: 'crash', error }, () => process.exit(129));

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

const serve = (handler, fixed) => {
  process.on('message', async ({ requestId, payload, deadline, traceId }) => {
    if (requestId === undefined) return; // lambda-role.mjs has asked
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
      report({ kind: 'result', payload: JSON.stringify(result) ?? 'null' });
    } catch (error) {
      report({ kind: 'error', error: errorOf(error) });
    }
  });
};

process.once('message', async (initialization) => {
  holdToRole();
  try {
    serve(await load(initialization), initialization.context);
    report({ kind: 'ready' });
  } catch (error) {
    crash(errorOf(error));
  }
});
