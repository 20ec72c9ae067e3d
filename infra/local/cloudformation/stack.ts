import { assetFolders } from './assets.ts';
import { physicalIds, type Urls } from '../physical-ids.ts';
import { PlatformError } from '../platform-error.ts';
import { roleOf } from '../read-roles.ts';
import { ignoredTypes, type Properties, type ResourceType, resourceTypes } from '../resource-types.ts';
import type {
  LocalApi,
  LocalAuthorizer,
  LocalFunction,
  LocalMapping,
  LocalQueue,
  LocalRoute,
  LocalSchedule,
  LocalStack,
  LocalTable,
  Throttling,
} from '../stack.ts';
import { type Place, type Resolve, type Resource, resolver, type Template } from './template.ts';

export interface StackInput {
  readonly template: Template;
  /** The asset manifest that was written with the template; its folder holds the assets. */
  readonly assetManifestFile: string;
  readonly place: Place;
  readonly urls: Urls;
}

/** The resources of a template by type, checked and resolved. */
export interface Resources {
  /** Those of a type; the others of it need not be understood when only some are wanted. */
  all<T extends ResourceType>(
    type: T,
    wanted?: (logicalId: string) => boolean,
  ): readonly (readonly [logicalId: string, properties: Properties<T>])[];
  /** An attribute that every resource of the type has. */
  attribute(logicalId: string, name?: string): string;
}

/** Reads the template. Throws a {@link PlatformError} that names the first thing in it that cannot be run here. */
export const readStack = ({ template, assetManifestFile, place, urls }: StackInput): LocalStack => {
  const resolve: Resolve = (value, where) => resolveAll(value, where);
  const attributeOf = physicalIds(template, place, urls, resolve);
  const resolveAll = resolver(template, place, attributeOf);

  const present = Object.entries(template.Resources).filter(
    ([id, { Condition }]) => Condition === undefined || resolve({ Condition }, id) === true,
  );
  for (const [id, { Type }] of present) {
    if (Type in resourceTypes || Type in ignoredTypes) continue;
    throw new PlatformError(`${id}: the local platform does not understand resources of type ${Type}.`);
  }
  const resources: Resources = {
    all: (type, wanted = () => true) =>
      present
        .filter(([id, resource]) => resource.Type === type && wanted(id))
        .map(([id, resource]) => [id, propertiesOf(id, type, resource, resolve)]),
    attribute: (id, name) => {
      const value = attributeOf(id, name);
      if (value === undefined) throw new Error(`${id} has no ${name}.`);
      return value;
    },
  };

  const labelFor = (logicalId: string): string => labelOf(template, logicalId);
  const functions = readFunctions(resources, assetFolders(assetManifestFile), labelFor);
  const queues = readQueues(resources, labelFor);
  return {
    functions,
    queues,
    tables: resources.all('AWS::DynamoDB::Table').map(
      ([logicalId, definition]): LocalTable => ({
        logicalId,
        name: resources.attribute(logicalId),
        label: labelFor(logicalId),
        definition,
      }),
    ),
    mappings: readMappings(resources, functions, queues),
    api: readApi(resources, functions),
    schedules: readSchedules(resources, functions),
    // When asked: what the platform cannot resolve in an output changes nothing in how the stack runs.
    outputs: () =>
      Object.fromEntries(
        Object.entries(template.Outputs ?? {}).map(([name, { Value }]) => [
          name,
          String(resolve(Value, `output ${name}`)),
        ]),
      ),
  };
};

/** Checks the properties of one resource against what the platform understands of its type. */
const propertiesOf = <T extends ResourceType>(
  id: string,
  type: T,
  resource: Resource,
  resolve: Resolve,
): Properties<T> => {
  const { properties, ignored } = resourceTypes[type];
  const acted = Object.entries(resource.Properties ?? {}).filter(([name]) => !(name in ignored));
  const parsed = properties.safeParse(resolve(Object.fromEntries(acted), id));
  if (parsed.success) return parsed.data as Properties<T>;
  const [issue] = parsed.error.issues;
  const path = [id, ...(issue?.path ?? [])].map(String).join('.');
  throw new PlatformError(
    issue?.code === 'unrecognized_keys'
      ? `${path} (${type}): the local platform does not understand ${issue.keys.join(', ')}.`
      : `${path} (${type}): the local platform cannot run this: ${issue?.message}.`,
  );
};

/** What the stack's outputs call a resource: the name of the one that refers to it, without what kind it is. */
const labelOf = (template: Template, logicalId: string): string => {
  const output = Object.entries(template.Outputs ?? {}).find(
    ([, { Value }]) =>
      typeof Value === 'object' && Value !== null && 'Ref' in Value && Value.Ref === logicalId,
  );
  if (output === undefined) return logicalId;
  return output[0]
    .replace(/(?:Function|Table|Url)$/, '')
    .replace(/(?<=[a-z])[A-Z]/g, '-$&')
    .toLowerCase();
};

const readFunctions = (
  resources: Resources,
  folderOf: (key: string, where: string) => string,
  labelFor: (logicalId: string) => string,
): LocalFunction[] => {
  const { all, attribute } = resources;
  const invokeConfigs = all('AWS::Lambda::EventInvokeConfig').map(([, properties]) => properties);
  return all('AWS::Lambda::Function').map(([logicalId, properties]) => {
    const name = attribute(logicalId);
    const { node } = process.versions;
    if (properties.Runtime !== `nodejs${Number.parseInt(node, 10)}.x`) {
      throw new PlatformError(`${logicalId}.Runtime is ${properties.Runtime}, but this is Node.js ${node}.`);
    }
    return {
      logicalId,
      name,
      label: labelFor(logicalId),
      arn: attribute(logicalId, 'Arn'),
      directory: folderOf(properties.Code.S3Key, `${logicalId}.Code`),
      handler: properties.Handler,
      memoryMegabytes: properties.MemorySize,
      timeoutSeconds: properties.Timeout,
      environment: properties.Environment?.Variables ?? {},
      reservedConcurrency: properties.ReservedConcurrentExecutions,
      role: roleOf(resources, properties.Role, logicalId),
      logGroup: properties.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
      retryAttempts: invokeConfigs.find((each) => each.FunctionName === name)?.MaximumRetryAttempts ?? 2,
    };
  });
};

const readQueues = ({ all, attribute }: Resources, labelFor: (logicalId: string) => string): LocalQueue[] =>
  all('AWS::SQS::Queue').map(([logicalId, { QueueName: _, RedrivePolicy, ...numbers }]) => ({
    logicalId,
    name: attribute(logicalId, 'QueueName'),
    label: labelFor(logicalId),
    arn: attribute(logicalId, 'Arn'),
    url: attribute(logicalId),
    visibilityTimeoutSeconds: numbers.VisibilityTimeout ?? 30,
    attributes: {
      ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(value)])),
      ...(RedrivePolicy !== undefined && { RedrivePolicy: JSON.stringify(RedrivePolicy) }),
    },
  }));

const readMappings = (
  { all }: Resources,
  functions: readonly LocalFunction[],
  queues: readonly LocalQueue[],
): LocalMapping[] =>
  all('AWS::Lambda::EventSourceMapping')
    .filter(([, { Enabled }]) => Enabled)
    .map(([id, properties]) => {
      const queue = queues.find(({ arn }) => arn === properties.EventSourceArn);
      if (queue === undefined) {
        throw new PlatformError(`${id}: ${properties.EventSourceArn} is no queue of this stack.`);
      }
      const target = functionOf(functions, properties.FunctionName, id);
      if (queue.visibilityTimeoutSeconds < target.timeoutSeconds) {
        throw new PlatformError(
          `${id}: the visibility timeout of ${queue.logicalId} (${queue.visibilityTimeoutSeconds} s) is less than ` +
            `the timeout of ${target.logicalId} (${target.timeoutSeconds} s), which Lambda refuses.`,
        );
      }
      return {
        queue,
        function: target,
        batchSize: properties.BatchSize,
        windowSeconds: properties.MaximumBatchingWindowInSeconds,
        maximumConcurrency: properties.ScalingConfig?.MaximumConcurrency,
        reportsBatchItemFailures: properties.FunctionResponseTypes.length > 0,
      };
    });

const readApi = (resources: Resources, functions: readonly LocalFunction[]): LocalApi | undefined => {
  const [api, ...others] = resources.all('AWS::ApiGatewayV2::Api');
  if (api === undefined) return undefined;
  if (others.length > 0)
    throw new PlatformError('The local platform runs one API, and the stack has several.');
  const [id, { CorsConfiguration }] = api;
  const [stage] = resources.all('AWS::ApiGatewayV2::Stage');
  if (stage === undefined)
    throw new PlatformError(`${id}: the API has no stage, so nothing of it is deployed.`);
  const integrations = new Map(resources.all('AWS::ApiGatewayV2::Integration'));
  const authorizers = new Map(
    resources
      .all('AWS::ApiGatewayV2::Authorizer')
      .map(([authorizerId, { JwtConfiguration }]): [string, LocalAuthorizer] => [
        authorizerId,
        { issuer: JwtConfiguration.Issuer, audience: JwtConfiguration.Audience },
      ]),
  );

  const routes = resources
    .all('AWS::ApiGatewayV2::Route')
    .map(
      ([
        routeId,
        { RouteKey, Target, AuthorizationType, AuthorizerId = '', AuthorizationScopes },
      ]): LocalRoute => {
        const integration = integrations.get(Target.replace('integrations/', ''));
        if (integration === undefined) throw new PlatformError(`${routeId}.Target: there is no ${Target}.`);
        const target = functionOf(functions, integration.IntegrationUri, routeId);
        checkPermission(resources, 'apigateway.amazonaws.com', target, routeId);
        const authorizer = AuthorizationType === 'NONE' ? undefined : authorizers.get(AuthorizerId);
        if (AuthorizationType !== 'NONE' && authorizer === undefined)
          throw new PlatformError(`${routeId}.AuthorizerId: there is no authorizer ${AuthorizerId}.`);
        return {
          key: RouteKey,
          function: target,
          timeout: integration.TimeoutInMillis,
          throttling: throttlingOf(stage[1], RouteKey),
          authorizer,
          scopes: AuthorizationScopes,
        };
      },
    );
  return { id, routes, cors: CorsConfiguration };
};

/** A route's own limits before those of the stage; of one that is not given, what an account has. */
const throttlingOf = (stage: Properties<'AWS::ApiGatewayV2::Stage'>, key: string): Throttling | undefined => {
  const { ThrottlingRateLimit: ratePerSecond, ThrottlingBurstLimit: burst } = {
    ...stage.DefaultRouteSettings,
    ...stage.RouteSettings?.[key],
  };
  if (ratePerSecond === undefined && burst === undefined) return undefined;
  return { ratePerSecond: ratePerSecond ?? 10_000, burst: burst ?? 5_000 };
};

const readSchedules = (resources: Resources, functions: readonly LocalFunction[]): LocalSchedule[] =>
  resources
    .all('AWS::Events::Rule')
    .filter(([, { State }]) => State === 'ENABLED')
    .map(([logicalId, rule]) => ({
      logicalId,
      arn: resources.attribute(logicalId, 'Arn'),
      expression: rule.ScheduleExpression,
      targets: rule.Targets.map(({ Arn, Input }) => {
        const target = functionOf(functions, Arn, logicalId);
        checkPermission(resources, 'events.amazonaws.com', target, logicalId);
        return { function: target, input: Input === undefined ? undefined : oneLine(Input, logicalId) };
      }),
    }));

/** What a schedule hands over, as an event is handed over. */
const oneLine = (input: string, where: string): string => {
  try {
    return JSON.stringify(JSON.parse(input));
  } catch {
    throw new PlatformError(`${where}.Targets.Input: EventBridge takes only JSON, not ${input}.`);
  }
};

/** A function by its name or ARN, or by the URI by which API Gateway invokes it. */
const functionOf = (functions: readonly LocalFunction[], reference: string, where: string): LocalFunction => {
  const target = /\/functions\/(.+)\/invocations$/.exec(reference)?.[1] ?? reference;
  const found = functions.find(({ name, arn }) => name === target || arn === target);
  if (found === undefined) throw new PlatformError(`${where}: ${reference} is no function of this stack.`);
  return found;
};

/** Without its permission a service gets no answer from a function on AWS, so a stack without it does not run here. */
const checkPermission = (
  { all }: Resources,
  principal: string,
  { name, arn }: LocalFunction,
  where: string,
): void => {
  const allowed = all('AWS::Lambda::Permission').some(
    ([, { Action, Principal, FunctionName }]) =>
      Action === 'lambda:InvokeFunction' &&
      Principal === principal &&
      (FunctionName === name || FunctionName === arn),
  );
  if (!allowed)
    throw new PlatformError(`${where}: no AWS::Lambda::Permission lets ${principal} invoke ${name}.`);
};
