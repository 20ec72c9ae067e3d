// One handler in a process of its own: runs batches of events, and says how much processor time each took.

const { handler } = await import(process.argv[2]);

const context = {
  functionName: 'items',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:items',
  memoryLimitInMB: '512',
  awsRequestId: '8e03978e-40d5-43dd-bc93-6894a57f9324',
  logGroupName: '/aws/lambda/items',
  logStreamName: 'stream',
  callbackWaitsForEmptyEventLoop: true,
  getRemainingTimeInMillis: () => 10_000,
};

/** Events are parsed and answers written for each invocation, as Lambda's runtime does. */
const batch = async (payload, invocations) => {
  let answer;
  const before = process.cpuUsage();
  for (let n = 0; n < invocations; n += 1) {
    answer = JSON.stringify(await handler(JSON.parse(payload), { ...context }));
  }
  const { user, system } = process.cpuUsage(before);
  return { answer, microseconds: (user + system) / invocations };
};

process.on('message', async ({ payload, invocations }) => process.send(await batch(payload, invocations)));
process.send('ready');
