import { readFile } from 'node:fs/promises';
import { localEnvironment } from '../stages.ts';
import { type Access, gateway, listen } from './http/gateway.ts';
import { sqsCalls } from './iam/calls.ts';
import { type ChaosSettings, createChaos } from './chaos/chaos.ts';
import { openDataFolder } from './machine/data-folder.ts';
import { startDynamoDb } from './storage/dynamodb.ts';
import { type TableSize, tableSize } from './storage/table-size.ts';
import { createTables, operatorClient } from './storage/tables.ts';
import { startEventSource } from './queue/event-source.ts';
import { createFunctions, type Functions } from './functions.ts';
import { createIssuer, type Issuer } from './auth/issuer.ts';
import { Journal, type JournalEntry } from './log/journal.ts';
import type { Counts } from './lambda/lambda-function.ts';
import type { Endpoints } from './lambda/environment.ts';
import { Log, type LogLine } from './log/log.ts';
import { operatorPage } from './page/page.ts';
import { readStack } from './cloudformation/stack.ts';
import { checkMapping, checkOf, enforceRoles, type Permission } from './iam/roles.ts';
import { startSchedule } from './schedules/schedule.ts';
import { signingKey } from './auth/signing-key.ts';
import { createQueues, type QueueDepth, startSqs } from './queue/sqs.ts';
import type { LocalApi } from './stack.ts';
import { buildAndSynthesize, type Synthesized } from '../start/synthesize.ts';
import type { Place, Template } from './cloudformation/template.ts';

export interface PlatformOptions {
  /** Where the API answers, on the loopback interface; 0, the default, takes a free port. */
  readonly port?: number;
  /** The folder that keeps DynamoDB's data; absent: data lives in memory. */
  readonly dataDir?: string;
  /** What goes wrong between the functions and AWS; absent: nothing. */
  readonly chaos?: ChaosSettings | undefined;
  /** Changes the template before it runs, such as a timeout for a test. */
  readonly adapt?: (template: Template) => void;
  /** Called with each line that a function writes. */
  readonly onLog?: (line: LogLine) => void;
  /** Called after each request to the API. */
  readonly onAccess?: (access: Access) => void;
  /** Called when a part that the platform cannot do without has ended by itself. */
  readonly onFailure?: (error: Error) => void;
}

export interface FunctionView {
  readonly logicalId: string;
  readonly name: string;
  /** What the stack's outputs call it, such as `dead-letters`; its logical id when no output does. */
  readonly label: string;
  /** How many instances it has now. */
  readonly instances: number;
  /** How many events run now. */
  readonly running: number;
  /** Of all events since the start. */
  readonly counts: Readonly<Counts>;
}

export interface QueueView {
  readonly logicalId: string;
  readonly name: string;
  /** What the stack's outputs call it, such as `work-queue`; its logical id when no output does. */
  readonly label: string;
  readonly url: string;
  depth(): Promise<QueueDepth>;
}

export interface TableView {
  readonly logicalId: string;
  readonly name: string;
  /** What the stack's outputs call it, such as `items`; its logical id when no output does. */
  readonly label: string;
  size(): Promise<TableSize>;
}

export interface Platform {
  /** Where the API answers, without a slash at its end. */
  readonly url: string;
  readonly region: string;
  /** Where DynamoDB and SQS answer; any credentials do. */
  readonly endpoints: Endpoints;
  readonly functions: readonly FunctionView[];
  readonly queues: readonly QueueView[];
  readonly tables: readonly TableView[];
  /** What the roles allow, and whether the functions have needed it so far. */
  readonly permissions: readonly Permission[];
  /** How many faults there have been, by kind; none without chaos. */
  readonly faults: ReadonlyMap<string, number>;
  /** The newest lines of the functions. */
  readonly logs: readonly LogLine[];
  /** The newest requests, and lines of the functions, as people read them. */
  readonly journal: readonly JournalEntry[];
  /** The outputs of the stack, by name. */
  outputs(): Readonly<Record<string, string>>;
  /** The value of an output of the stack; throws for one that it does not have. */
  output(name: string): string;
  /**
   * Invokes a function with an event and resolves to its answer. It goes by its name, its logical id, or its label,
   * such as `sweeper`. Rejects with an {@link InvocationError} when the function fails.
   */
  invoke(name: string, event: unknown): Promise<unknown>;
  /** Ends everything that was started; nothing is left but the data folder. */
  stop(): Promise<void>;
}

/** A function that failed, timed out, crashed, or was throttled. */
export class InvocationError extends Error {
  override readonly name = 'InvocationError';
  /** As Lambda says it: the name of the error thrown, or such as `Sandbox.Timedout`. */
  readonly errorType: string;

  constructor(errorType: string, message: string) {
    super(message);
    this.errorType = errorType;
  }
}

/** fauxqs knows this account only; the region could be any. */
const accountId = '000000000000';
const region = 'us-east-1';

/**
 * Builds the functions, synthesizes the stack of a stage (`local` by default), and runs it on this machine. Throws
 * a `PlatformError` with one sentence for what the reader can put right.
 */
export const startPlatform = ({
  stage = 'local',
  ...options
}: PlatformOptions & { readonly stage?: string } = {}): Promise<Platform> =>
  runStack((url) => buildAndSynthesize(stage, url), options);

/** Runs the stack that `synthesize` gives, when it knows where the API will answer. */
export const runStack = async (
  synthesize: (url: string) => Promise<Synthesized>,
  options: PlatformOptions = {},
): Promise<Platform> => {
  const ends: (() => unknown)[] = [];
  /** Ends what was started, the last first. */
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    return await assemble(synthesize, options, (end) => ends.push(end), stop);
  } catch (error) {
    await stop();
    throw error;
  }
};

const assemble = async (
  synthesize: (url: string) => Promise<Synthesized>,
  {
    port = 0,
    dataDir,
    chaos: chaosSettings,
    adapt,
    onLog = () => {},
    onAccess = () => {},
    onFailure = () => {},
  }: PlatformOptions,
  atEnd: (end: () => unknown) => void,
  stop: () => Promise<void>,
): Promise<Platform> => {
  // What can be wrong with this machine comes first, so that it is known at once.
  const listener = await listen(port);
  atEnd(listener.stop);
  const url = `http://127.0.0.1:${listener.port}`;
  const data = dataDir === undefined ? undefined : openDataFolder(dataDir);
  atEnd(() => data?.close());
  const dynamodb = await startDynamoDb({
    endpoint: localEnvironment().dynamodbEndpoint,
    file: data?.file,
    onExit: onFailure,
  });
  atEnd(dynamodb.stop);
  const sqs = await startSqs(region);
  atEnd(sqs.stop);
  const chaos = chaosSettings && createChaos(chaosSettings);
  /** Where functions find a service: behind chaos, if there is any. */
  const reached = async (service: keyof Endpoints, endpoint: string): Promise<string> => {
    const faulty = await chaos?.before(service, endpoint);
    if (faulty !== undefined) atEnd(faulty.stop);
    return faulty?.endpoint ?? endpoint;
  };
  const sqsEndpoint = await reached('sqs', sqs.endpoint);

  const { stackName, templateFile, assetManifestFile, remove } = await synthesize(url);
  atEnd(remove);
  const template: Template = JSON.parse(await readFile(templateFile, 'utf8'));
  adapt?.(template);
  const place: Place = { stackName, region, accountId };
  const urls = { api: url, sqs: `${sqsEndpoint}/${accountId}` };
  const stack = readStack({ template, assetManifestFile, place, urls });
  await createTables(dynamodb.endpoint, region, stack.tables);
  await createQueues(sqs, stack.queues);

  const journal = new Journal();
  const log = new Log((line) => {
    journal.addLine(line);
    onLog(line);
  });
  const roles = enforceRoles(stack.functions, place);
  sqs.guard(checkOf(roles, sqsCalls, place));
  for (const mapping of stack.mappings) checkMapping(mapping, roles);
  const endpoints: Endpoints = { dynamodb: dynamodb.endpoint, sqs: sqs.endpoint };
  const functions = createFunctions(
    stack,
    place,
    { dynamodb: await reached('dynamodb', endpoints.dynamodb), sqs: sqsEndpoint },
    roles,
    log,
  );
  chaos?.among(functions);
  const sources = stack.mappings.map((mapping) =>
    startEventSource({ mapping, lambda: functions.get(mapping.function.name), sqs, region }),
  );
  // Together: a source ends when its invocations have, and these end with their instances.
  atEnd(() => Promise.all([functions, ...sources].map((each) => each.stop())));
  const schedules = stack.schedules.map((schedule) =>
    startSchedule({ schedule, place, invoke: ({ name }, payload) => functions.get(name).invoke(payload) }),
  );
  atEnd(() => {
    for (const schedule of schedules) schedule.stop();
  });
  // Past chaos: what the platform looks at for its page is no call of a function.
  const database = operatorClient(dynamodb.endpoint, region);
  atEnd(() => database.destroy());
  const platform: Platform = {
    url,
    region,
    endpoints,
    functions: functions.all.map((lambda) => ({
      logicalId: lambda.definition.logicalId,
      name: lambda.definition.name,
      label: lambda.definition.label,
      get instances() {
        return lambda.instances;
      },
      get running() {
        return lambda.running;
      },
      counts: lambda.counts,
    })),
    queues: stack.queues.map(({ logicalId, name, label, url: queueUrl }) => ({
      logicalId,
      name,
      label,
      url: queueUrl,
      depth: () => sqs.depth(name),
    })),
    tables: stack.tables.map(({ logicalId, name, label }) => ({
      logicalId,
      name,
      label,
      size: () => tableSize(database, name),
    })),
    get permissions() {
      return roles.permissions();
    },
    faults: chaos?.faults ?? new Map(),
    logs: log.lines,
    journal: journal.entries,
    outputs: stack.outputs,
    output: (name) => {
      const value = stack.outputs()[name];
      if (value === undefined) throw new Error(`The stack has no output ${name}.`);
      return value;
    },
    invoke: (name, event) => invoke(functions, name, event),
    stop,
  };
  if (stack.api !== undefined) {
    const page = operatorPage(platform, database);
    const issuer = await ownIssuer(stack.api, url, data?.keyFile);
    const observed = (access: Access): void => {
      journal.addAccess(access);
      onAccess(access);
    };
    const answer = gateway({ api: stack.api, accountId, functions, onAccess: observed });
    listener.serve((request) => page(request) ?? issuer?.answer(request) ?? answer(request));
  }
  atEnd(listener.stop); // before the functions
  // The queues are empty at every start, so what runs on a schedule looks at everything once, at once.
  for (const schedule of schedules) schedule.run({ all: true });
  return platform;
};

/** The platform's own identity provider, where the API accepts its tokens. */
const ownIssuer = async (
  { routes }: LocalApi,
  url: string,
  keyFile: string | undefined,
): Promise<Issuer | undefined> => {
  const authorizer = routes.find((route) => route.authorizer?.issuer === url)?.authorizer;
  const [audience] = authorizer?.audience ?? [];
  if (audience === undefined) return undefined;
  const scopes = [...new Set(routes.flatMap((route) => route.scopes))].sort();
  return createIssuer({ url, audience, scopes, key: await signingKey(keyFile) });
};

const invoke = async (functions: Functions, name: string, event: unknown): Promise<unknown> => {
  const outcome = await functions.get(name).invoke(JSON.stringify(event));
  if (outcome.kind === 'success') return JSON.parse(outcome.payload);
  throw outcome.kind === 'error'
    ? new InvocationError(outcome.error.errorType, outcome.error.errorMessage)
    : new InvocationError('TooManyRequestsException', 'Rate Exceeded.');
};
