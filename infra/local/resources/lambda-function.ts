import * as z from 'zod/mini';
import type { Stack } from '../cloudformation/resource-reader.ts';
import type { Account } from '../cloudformation/template.ts';
import { dynamoDbCalls } from '../iam/calls.ts';
import { accessKeyOf, type Roles, requestCheck } from '../iam/roles.ts';
import type { FunctionDefinition } from '../lambda/definition.ts';
import { environmentOf } from '../lambda/environment.ts';
import { initializationOf } from '../lambda/handler.ts';
import { LambdaFunction } from '../lambda/lambda-function.ts';
import { PlatformError } from '../platform-error.ts';
import { iamRole } from './iam-role.ts';
import { lambdaEventInvokeConfig } from './lambda-event-invoke-config.ts';
import { resourceType } from './resource-type.ts';
import { ignorable, monitoring, number, onlyNames, text } from './schemas.ts';

export const lambdaFunction = resourceType({
  type: 'AWS::Lambda::Function',
  properties: z.strictObject({
    FunctionName: z.optional(text),
    Code: z.strictObject({ S3Bucket: text, S3Key: text }),
    Handler: text,
    Runtime: text,
    MemorySize: z._default(number, 128),
    Timeout: z._default(number, 3),
    Role: text,
    Environment: z.optional(z.strictObject({ Variables: z.optional(z.record(text, text)) })),
    ReservedConcurrentExecutions: z.optional(number),
    LoggingConfig: z.optional(
      z.strictObject({
        LogGroup: z.optional(text),
        LogFormat: ignorable, // a line is shown as the function wrote it
        ApplicationLogLevel: ignorable,
        SystemLogLevel: ignorable,
      }),
    ),
  }),
  ignored: {
    Architectures: 'JavaScript computes the same on each',
    Description: onlyNames,
    RecursiveLoop:
      'loops are not detected here, so nothing is stopped; a test of the stack checks the setting',
    Tags: onlyNames,
    TracingConfig: monitoring,
  },

  ids: ({ name, arn }) => {
    const functionName = name('FunctionName');
    return { Ref: functionName, Arn: arn('lambda', `function:${functionName}`) };
  },

  read: (properties, { logicalId, label, ids, stack }): FunctionDefinition => {
    const { node } = process.versions;
    if (properties.Runtime !== `nodejs${Number.parseInt(node, 10)}.x`)
      throw new PlatformError(`${logicalId}.Runtime is ${properties.Runtime}, but this is Node.js ${node}.`);
    const role = stack.find(iamRole, properties.Role);
    if (role === undefined)
      throw new PlatformError(`${logicalId}.Role: ${properties.Role} is no role of this stack.`);
    const invokeConfig = stack
      .all(lambdaEventInvokeConfig)
      .find(({ functionName }) => functionName === ids.Ref);
    return {
      logicalId,
      name: ids.Ref,
      label,
      arn: ids.Arn ?? '',
      directory: stack.assetFolder(properties.Code.S3Key, `${logicalId}.Code`),
      handler: properties.Handler,
      memoryMegabytes: properties.MemorySize,
      timeoutSeconds: properties.Timeout,
      environment: properties.Environment?.Variables ?? {},
      reservedConcurrency: properties.ReservedConcurrentExecutions,
      role,
      logGroup: properties.LoggingConfig?.LogGroup ?? `/aws/lambda/${ids.Ref}`,
      retryAttempts: invokeConfig?.retryAttempts ?? 2,
    };
  },

  /** Its instances start when there is something to do. */
  start: (definition, host): LambdaFunction => {
    const accessKeyId = accessKeyOf(definition);
    host.roles.add({ ...definition, accessKeyId });
    const check = requestCheck(host.roles, dynamoDbCalls, host.place);
    let mayLog: boolean | undefined;
    const running = new LambdaFunction({
      definition,
      initialization: initializationOf(definition),
      environment: environmentOf(definition, host.place, host.endpoints),
      onLine: (line) => {
        mayLog ??= maySendLines(definition, host.place, host.roles);
        if (mayLog) host.onLine(definition, line);
      },
      check: (operation, body) => check(operation, body, accessKeyId),
      killAfter: () => host.killAfter(definition),
    });
    host.atEnd(() => running.stop());
    return running;
  },
});

/** A function by its name or ARN, or by the URI by which API Gateway invokes it. */
export const invokedFunction = (stack: Stack, reference: string, where: string): FunctionDefinition => {
  const target = /\/functions\/(.+)\/invocations$/.exec(reference)?.[1] ?? reference;
  const found = stack.find(lambdaFunction, target);
  if (found === undefined) throw new PlatformError(`${where}: ${reference} is no function of this stack.`);
  return found;
};

/** Lambda writes a function's lines with the function's role, and drops them in silence when that may not. */
const maySendLines = (
  definition: FunctionDefinition,
  { region, accountId }: Account,
  roles: Roles,
): boolean => {
  const resource = `arn:aws:logs:${region}:${accountId}:log-group:${definition.logGroup}:log-stream:local`;
  return ['logs:CreateLogStream', 'logs:PutLogEvents'].every(
    (action) => roles.refusal(accessKeyOf(definition), { action, resource }) === undefined,
  );
};
