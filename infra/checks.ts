import { existsSync } from 'node:fs';
import { minDelaySeconds } from '../functions/lib/events/backoff.ts';
import { routeKeys } from '../functions/lib/http/operation.ts';
import { isSourceQueue } from '../functions/lib/manifest.ts';
import { api, messages } from '../functions/limits.ts';
import { allOperations, consumerOf, type Suite, sourceQueues, triggersOf } from './suite.ts';

const manifestFile = 'functions/manifest.ts';
const stagesFile = 'infra/stages.ts';
const limitsFile = 'functions/limits.ts';

const daySeconds = 24 * 60 * 60;

/** Sentences about what does not hold. */
type Problems = Iterable<string | false>;

/** Names become parts of names and ids on AWS, and of environment variables' values. */
const kebabCase = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

function* names({ functions, tables, queues }: Suite): Problems {
  for (const [kind, records] of Object.entries({ function: functions, table: tables, queue: queues })) {
    for (const name of Object.keys(records)) {
      yield !kebabCase.test(name) &&
        `${manifestFile}: the ${kind} "${name}" needs a name in kebab case, such as "order-events"`;
    }
  }
}

function* routes(suite: Suite): Problems {
  const { functions } = suite;
  const keys = new Map<string, string>();
  const ids = new Map<string, string>();
  for (const operation of allOperations(suite)) {
    const { id, scope } = operation;
    const [ownKey = '', ...others] = routeKeys(operation);
    yield keys.has(ownKey) &&
      `${manifestFile}: ${keys.get(ownKey)} and ${id} both answer ${ownKey}; give one of them another path`;
    for (const key of [ownKey, ...others]) keys.set(key, id);
    yield ids.has(id) && `${manifestFile}: two operations have the id "${id}"; give one of them another`;
    ids.set(id, id);
    yield scope !== null &&
      !/^[a-z-]+\/[a-z-]+$/.test(scope) &&
      `the operation ${id} has the scope "${scope}"; write resource/verb, such as "orders/read", or null for a public one`;
  }
  for (const key of Object.keys(suite.stage.routeThrottling)) {
    yield !keys.has(key) &&
      `${stagesFile}: routeThrottling of ${suite.stageName} names "${key}", which is no route; the routes are ${[...keys.keys()].join(', ')}`;
  }
  const defaults = Object.entries(functions).filter(([, record]) =>
    triggersOf(record, 'http').some(({ isDefault }) => isDefault),
  );
  yield keys.size > 0 &&
    defaults.length !== 1 &&
    `${manifestFile}: ${defaults.map(([name]) => name).join(' and ') || 'no function'} answers what no other route matches; give exactly one function httpDefault(…)`;
}

function* functionRecords(suite: Suite): Problems {
  for (const [name, record] of Object.entries(suite.functions)) {
    const { memoryMegabytes, timeoutSeconds, alarms, invokedBy, environment, grants } = record;
    const says = `${manifestFile}: ${name}`;
    yield invokedBy.length === 0 &&
      `${says} is invoked by nothing; give it http(operations), queue(name, …) or schedule(…)`;
    yield (memoryMegabytes < 128 || memoryMegabytes > 10_240) &&
      `${says} has ${memoryMegabytes} MB of memory; Lambda allows 128 to 10,240`;
    yield (timeoutSeconds < 1 || timeoutSeconds > 900) &&
      `${says} has a timeout of ${timeoutSeconds} s; Lambda allows 1 to 900`;
    yield triggersOf(record, 'http').length > 0 &&
      timeoutSeconds >= api.gatewayTimeoutSeconds &&
      `${says} has a timeout of ${timeoutSeconds} s, but API Gateway gives up after ${api.gatewayTimeoutSeconds} s; make it shorter`;
    yield alarms.p99Milliseconds >= timeoutSeconds * 1_000 &&
      `${says} has a latency alarm at ${alarms.p99Milliseconds} ms, which is never reached: its timeout is ${timeoutSeconds} s`;
    for (const { minutes } of triggersOf(record, 'schedule')) {
      yield (!Number.isInteger(minutes) || minutes < 1) &&
        `${says} runs every ${minutes} minutes; EventBridge takes whole minutes from 1`;
    }
    for (const { queue, maximumConcurrency } of triggersOf(record, 'queue')) {
      yield suite.queues[queue] === undefined &&
        `${says} is invoked by the queue "${queue}", which is not in queues`;
      yield (maximumConcurrency < 2 || maximumConcurrency > 1_000) &&
        `${says} has a maximum concurrency of ${maximumConcurrency} in ${suite.stageName}; Lambda allows 2 to 1,000`;
      yield suite.stage.reserveConcurrency &&
        record.reservedConcurrency < maximumConcurrency &&
        `${says} reserves ${record.reservedConcurrency} instances in ${suite.stageName}, less than the ${maximumConcurrency} that its queue invokes at once`;
    }
    for (const variable of Object.keys(environment)) {
      yield suite.values[variable] === undefined &&
        `${manifestFile}: values has nothing for ${variable}, which functions/${name}/environment.ts reads`;
    }
    for (const grant of grants) {
      if (grant.kind === 'queue')
        yield suite.queues[grant.queue] === undefined &&
          `${says} is granted a queue "${grant.queue}", which is not in queues`;
      else {
        const table = suite.tables[grant.table];
        yield table === undefined && `${says} is granted a table "${grant.table}", which is not in tables`;
        yield grant.index !== undefined &&
          table !== undefined &&
          table.indexes?.[grant.index] === undefined &&
          `${says} is granted the index "${grant.index}", which the table ${grant.table} does not have`;
      }
    }
  }
  const reserved = Object.values(suite.functions).reduce((sum, each) => sum + each.reservedConcurrency, 0);
  yield suite.stage.reserveConcurrency &&
    reserved > 900 &&
    `${manifestFile}: the functions reserve ${reserved} instances in ${suite.stageName}; of an account's 1,000 at most 900 can be reserved`;
}

function* queueRecords(suite: Suite): Problems {
  for (const [name, record] of Object.entries(suite.queues)) {
    const says = `${manifestFile}: the queue ${name}`;
    yield (record.retentionDays < 1 || record.retentionDays > 14) &&
      `${says} keeps messages for ${record.retentionDays} days; SQS allows 1 to 14`;
    const consumers = Object.values(suite.functions).filter((each) =>
      triggersOf(each, 'queue').some(({ queue }) => queue === name),
    );
    yield consumers.length !== 1 &&
      `${says} invokes ${consumers.length} functions; give exactly one function queue('${name}', …)`;
  }
  for (const [name, record] of sourceQueues(suite)) {
    const says = `${manifestFile}: the queue ${name}`;
    const letters = suite.queues[record.deadLetterQueue];
    yield (letters === undefined || isSourceQueue(letters)) &&
      `${says} has the dead-letter queue "${record.deadLetterQueue}", which is no dead-letter queue in queues`;
    yield letters !== undefined &&
      !isSourceQueue(letters) &&
      letters.retentionDays <= record.retentionDays &&
      `${says} keeps messages for ${record.retentionDays} days and its dead-letter queue for ${letters.retentionDays}; a dead letter keeps the date of its message, so it has to be kept longer`;
    const span = minDelaySeconds(messages.outageBackoff, record.maxReceiveCount - 1);
    yield span < messages.survivedOutageSeconds &&
      `${says} is received ${record.maxReceiveCount} times over at least ${span} s, but ${limitsFile} promises to survive an outage of ${messages.survivedOutageSeconds} s; raise maxReceiveCount or outageBackoff`;
  }
}

function* settingsOfStage({ stageName, stage, functions, queues }: Suite): Problems {
  const says = `${stagesFile}: ${stageName}`;
  const { checkpointSeconds, maxAgeSeconds, sweepAfterSeconds, retentionDays } = stage.settings;
  for (const [name, value] of Object.entries(stage.settings)) {
    yield (!Number.isInteger(value) || value < 1) &&
      `${says} has ${name} ${value}; write a whole number from 1`;
  }
  yield stage.deployment !== undefined &&
    stage.alarms === undefined &&
    `${says} takes back a new version on alarms and has none; give it alarms, or leave out deployment`;
  yield sweepAfterSeconds > maxAgeSeconds &&
    `${says} first visits a computation after ${sweepAfterSeconds} s, later than its maximum age of ${maxAgeSeconds} s`;
  yield retentionDays > 365 && `${says} keeps computations for ${retentionDays} days; at most 365`;
  for (const [name, record] of Object.entries(functions)) {
    yield 'CHECKPOINT_SECONDS' in record.environment &&
      checkpointSeconds * 2 > record.timeoutSeconds &&
      `${says} writes a checkpoint every ${checkpointSeconds} s, too late for the timeout of ${name}, ${record.timeoutSeconds} s; make it at most half of it`;
  }
  for (const [name, { retentionDays: days }] of sourceQueues({ queues })) {
    yield consumerOf({ functions }, name)?.[1].runsKernels === true &&
      maxAgeSeconds >= days * daySeconds &&
      `${says} lets a computation take ${maxAgeSeconds} s, but the queue ${name} forgets its messages after ${days} days; make the maximum age shorter`;
  }
}

const isProblem = (each: string | false): each is string => each !== false;

/** What of a suite contradicts itself, its limits, or what AWS would refuse minutes into a deployment. */
export const problemsOf = (suite: Suite): string[] =>
  [names, routes, functionRecords, queueRecords, settingsOfStage]
    .flatMap((check) => [...check(suite)])
    .filter(isProblem);

/** Returns the suite; throws one sentence for each of its problems. */
export const checkSuite = (suite: Suite): Suite => {
  const problems = problemsOf(suite);
  if (problems.length > 0) throw new Error(problems.map((each) => `${each}.`).join('\n'));
  return suite;
};

/** The source file of a function's handler, from the root of the project; throws a sentence where there is none. */
export const handlerFile = (name: string, root: string): string => {
  const file = `functions/${name}/handler.ts`;
  if (!existsSync(`${root}/${file}`))
    throw new Error(
      `${manifestFile} has a function ${name}, but there is no ${file}: it exports the handler.`,
    );
  return file;
};
