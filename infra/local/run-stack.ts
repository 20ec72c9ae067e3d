import { readFile } from 'node:fs/promises';
import { readStack } from './cloudformation/stack.ts';
import type { Synthesized } from './cloudformation/synthesized.ts';
import type { Account, Place, Template } from './cloudformation/template.ts';
import { listen } from './http/listener.ts';
import { gatewayReplies } from './http/reply.ts';
import { enforceRoles } from './iam/roles.ts';
import type { LambdaFunction } from './lambda/lambda-function.ts';
import type { Access } from './log/access.ts';
import { Journal } from './log/journal.ts';
import { Log, type LogLine, plainLine } from './log/log.ts';
import { openDataFolder } from './machine/data-folder.ts';
import { page } from './page/page.ts';
import { InvocationError, type Platform } from './platform.ts';
import type { Plugin } from './plugin.ts';
import { dynamoDbTable } from './resources/dynamodb-table.ts';
import { startResources } from './resources/host.ts';
import { lambdaFunction } from './resources/lambda-function.ts';
import { resourceTypes } from './resources/registry.ts';
import type { Host, ResourceType } from './resources/resource-type.ts';
import { sqsQueue } from './resources/sqs-queue.ts';
import type { Service, ServiceOptions, ServiceType } from './service.ts';

export interface PlatformOptions {
  /** Where the API answers, on the loopback interface; 0, the default, takes a free port. */
  readonly port?: number;
  /** The folder that keeps the data; absent: data lives in memory. */
  readonly dataDir?: string;
  /** Endpoints of services that run already, by their names, such as `dynamodb`. */
  readonly services?: Readonly<Record<string, string | undefined>>;
  /** What the project adds for itself. */
  readonly plugins?: readonly Plugin[];
  /** The types of resources that it can run; by default those of `resources/registry.ts`. */
  readonly types?: readonly ResourceType[];
  /** Changes the template before it runs, such as a timeout for a test. */
  readonly adapt?: (template: Template) => void;
  /** Called with each line that a function writes. */
  readonly onLog?: (line: LogLine) => void;
  /** Called after each request to the API. */
  readonly onAccess?: (access: Access) => void;
  /** Called when a part that the platform cannot do without has ended by itself. */
  readonly onFailure?: (error: Error) => void;
}

/** fauxqs knows this account only; the region could be any. */
const account: Account = { accountId: '000000000000', region: 'us-east-1' };

/** Calls back when the platform ends, the last one first. */
type AtEnd = (stop: () => unknown) => void;

/**
 * Runs the stack that `synthesize` gives, when it knows where the API will answer. Throws a `PlatformError` with one
 * sentence for what the reader can put right; nothing is left of a platform that did not start.
 */
export const runStack = async (
  synthesize: (url: string) => Promise<Synthesized>,
  options: PlatformOptions = {},
): Promise<Platform> => {
  const stops: (() => unknown)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    return await start(synthesize, options, (each) => stops.push(each), stop);
  } catch (error) {
    await stop();
    throw error;
  }
};

const start = async (
  synthesize: (url: string) => Promise<Synthesized>,
  options: PlatformOptions,
  atEnd: AtEnd,
  stop: () => Promise<void>,
): Promise<Platform> => {
  const { plugins = [], types = resourceTypes } = options;
  // What can be wrong with this machine comes first, so that it is known at once.
  const listener = await listen(options.port ?? 0);
  atEnd(listener.stop);
  const url = `http://127.0.0.1:${listener.port}`;
  const dataFolder = options.dataDir === undefined ? undefined : openDataFolder(options.dataDir);
  atEnd(() => dataFolder?.close());
  const roles = enforceRoles(account);
  const services = await startServices(types, options, { account, dataFolder, roles }, atEnd);
  const endpoints = await interceptedEndpoints(services, plugins, atEnd);

  const { template, assetManifestFile, place } = await readTemplate(await synthesize(url), options, atEnd);
  const stack = readStack({
    template,
    assetManifestFile,
    place,
    url,
    endpoints,
    types,
    label: labels(plugins),
  });
  const { log, journal, onAccess } = logs(options);
  const killAfter: Host['killAfter'] = (definition) =>
    firstOf(plugins, (plugin) => plugin.killAfter?.(definition));
  const onLine: Host['onLine'] = ({ label }, line) => log.add(label, line);
  const shared = { place, url, stack, roles, endpoints, dataFolder, killAfter, onLine, onAccess };
  const resources = await startResources({ types, services, ...shared }, atEnd);
  const platform = platformOf({
    url,
    place,
    endpoints: new Map([...services].map(([{ name }, { endpoint }]) => [name, endpoint])),
    functions: await resources.all(lambdaFunction),
    queues: await resources.all(sqsQueue),
    tables: await resources.all(dynamoDbTable),
    permissions: roles.permissions,
    log,
    journal,
    outputs: stack.outputs,
    stop,
  });
  for (const plugin of plugins) await plugin.onStart?.(platform);
  const answerPage = page(
    platform,
    plugins.flatMap(({ panel }) => panel ?? []),
  );
  listener.serve(
    async (request) => answerPage(request) ?? resources.answer(request) ?? gatewayReplies.unavailable,
  );
  atEnd(listener.stop); // before the functions
  return platform;
};

/** Starts the services that resources of these types may need. */
const startServices = async (
  types: readonly ResourceType[],
  { services: elsewhere = {}, onFailure = () => {} }: PlatformOptions,
  options: Pick<ServiceOptions, 'account' | 'dataFolder' | 'roles'>,
  atEnd: AtEnd,
): Promise<ReadonlyMap<ServiceType, Service>> => {
  const services = new Map<ServiceType, Service>();
  for (const type of new Set(types.flatMap(({ service }) => service ?? []))) {
    const service = await type.start({ ...options, elsewhere: elsewhere[type.name], onFailure });
    atEnd(service.stop);
    services.set(type, service);
  }
  return services;
};

/** Where the functions find each service: behind the plugins that stand before it. */
const interceptedEndpoints = async (
  services: ReadonlyMap<ServiceType, Service>,
  plugins: readonly Plugin[],
  atEnd: AtEnd,
): Promise<ReadonlyMap<string, string>> => {
  const endpoints = new Map<string, string>();
  for (const [{ name }, service] of services) {
    let { endpoint } = service;
    for (const plugin of plugins) {
      const interception = await plugin.interceptService?.(name, endpoint);
      if (interception === undefined) continue;
      atEnd(interception.stop);
      endpoint = interception.endpoint;
    }
    endpoints.set(name, endpoint);
  }
  return endpoints;
};

const readTemplate = async (
  { stackName, templateFile, assetManifestFile, remove }: Synthesized,
  { adapt }: PlatformOptions,
  atEnd: AtEnd,
): Promise<{
  readonly template: Template;
  readonly assetManifestFile: string;
  readonly place: Place;
}> => {
  atEnd(remove);
  const template: Template = JSON.parse(await readFile(templateFile, 'utf8'));
  adapt?.(template);
  return { template, assetManifestFile, place: { ...account, stackName } };
};

/** The value that the first plugin gives which gives one. */
const firstOf = <T>(plugins: readonly Plugin[], get: (plugin: Plugin) => T | undefined): T | undefined => {
  for (const plugin of plugins) {
    const value = get(plugin);
    if (value !== undefined) return value;
  }
  return undefined;
};

const labels = (plugins: readonly Plugin[]) => (logicalId: string, output: string | undefined) =>
  (output === undefined ? undefined : firstOf(plugins, (plugin) => plugin.label?.(output))) ?? logicalId;

/** What keeps the lines of the functions and the requests. */
const logs = ({ plugins = [], onLog = () => {}, onAccess = () => {} }: PlatformOptions) => {
  const journal = new Journal();
  const describer = plugins.find(({ describeLine }) => describeLine !== undefined);
  const log = new Log({
    describe: (line) =>
      describer?.describeLine === undefined ? plainLine(line) : describer.describeLine(line),
    onLine: (line) => {
      journal.addLine(line);
      onLog(line);
    },
  });
  return {
    log,
    journal,
    onAccess: (access: Access) => {
      journal.addAccess(access);
      onAccess(access);
    },
  };
};

interface Parts extends Pick<Platform, 'url' | 'queues' | 'tables' | 'outputs' | 'stop'> {
  readonly place: Place;
  readonly endpoints: ReadonlyMap<string, string>;
  readonly functions: readonly LambdaFunction[];
  readonly permissions: () => Platform['permissions'];
  readonly log: Log;
  readonly journal: Journal;
}

const platformOf = ({
  place,
  endpoints,
  functions,
  permissions,
  log,
  journal,
  ...parts
}: Parts): Platform => {
  const functionOf = (wanted: string): LambdaFunction => {
    const found = functions.find(({ name, logicalId, label }) => [name, logicalId, label].includes(wanted));
    if (found === undefined) throw new Error(`There is no function ${wanted}.`);
    return found;
  };
  return {
    ...parts,
    stackName: place.stackName,
    region: place.region,
    endpoints: Object.fromEntries(endpoints),
    functions,
    get permissions() {
      return permissions();
    },
    logs: log.lines,
    journal: journal.entries,
    endpoint: (service) => required(endpoints.get(service), `There is no service ${service} here.`),
    output: (name) =>
      required(new Map(Object.entries(parts.outputs())).get(name), `The stack has no output ${name}.`),
    invoke: async (name, event) => {
      const outcome = await functionOf(name).invoke(JSON.stringify(event));
      if (outcome.kind === 'success') return JSON.parse(outcome.payload);
      throw outcome.kind === 'error'
        ? new InvocationError(outcome.error.errorType, outcome.error.errorMessage)
        : new InvocationError('TooManyRequestsException', 'Rate Exceeded.');
    },
    invokeAsync: (name, event) => functionOf(name).invokeAsync(JSON.stringify(event)),
  };
};

const required = (value: string | undefined, message: string): string => {
  if (value === undefined) throw new Error(message);
  return value;
};
