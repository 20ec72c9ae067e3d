import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PlatformError } from '../platform-error.ts';
import { accessKeyOf } from '../iam/roles.ts';
import type { LocalFunction } from '../stack.ts';
import type { Place } from '../cloudformation/template.ts';

/** Where the functions reach what the platform runs for them. */
export interface Endpoints {
  readonly dynamodb: string;
  readonly sqs: string;
}

/** What the process of an instance is told when it starts. */
export interface Initialization {
  /** URL of the module that exports the handler. */
  readonly module: string;
  readonly exportName: string;
  readonly timeoutSeconds: number;
  /** What is the same in the context of every invocation. */
  readonly context: Readonly<Record<string, string>>;
}

const logStream = 'local';

/** Finds the module and the export that a handler such as `index.handler` names, and says who the function is. */
export const initializationOf = (definition: LocalFunction): Initialization => {
  const { logicalId, directory, handler } = definition;
  const dot = handler.lastIndexOf('.');
  const [name, exportName] = [handler.slice(0, dot), handler.slice(dot + 1)];
  const file = ['.mjs', '.js']
    .map((extension) => join(directory, name + extension))
    .find((each) => existsSync(each));
  if (file === undefined) {
    throw new PlatformError(`${logicalId}.Handler is ${handler}, but its asset has no ${name}.mjs.`);
  }
  return {
    module: pathToFileURL(file).href,
    exportName,
    timeoutSeconds: definition.timeoutSeconds,
    context: {
      functionName: definition.name,
      functionVersion: '$LATEST',
      invokedFunctionArn: definition.arn,
      memoryLimitInMB: String(definition.memoryMegabytes),
      logGroupName: definition.logGroup,
      logStreamName: logStream,
    },
  };
};

/**
 * The whole environment of a function: its own variables and what Lambda sets. It reaches AWS where the platform
 * says, with an access key of its own, so that whoever answers can tell the functions apart.
 */
export const environmentOf = (
  definition: LocalFunction,
  { region }: Place,
  endpoints: Endpoints,
): Record<string, string> => {
  const byLambda = {
    AWS_ACCESS_KEY_ID: accessKeyOf(definition),
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: 'local',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: definition.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    LAMBDA_TASK_ROOT: definition.directory,
    TZ: ':UTC',
    _HANDLER: definition.handler,
  };
  const reserved = Object.keys(definition.environment).filter((name) => name in byLambda);
  if (reserved.length > 0) {
    throw new PlatformError(
      `${definition.logicalId}.Environment: Lambda sets ${reserved.join(', ')} itself.`,
    );
  }
  return {
    ...byLambda,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    ...definition.environment,
  };
};
