import type { Account } from '../cloudformation/template.ts';
import { accessKeyOf } from '../iam/roles.ts';
import { PlatformError } from '../platform-error.ts';
import type { FunctionDefinition } from './definition.ts';

export const logStream = 'local';

/**
 * The whole environment of a function: its own variables and what Lambda sets. It reaches AWS where the platform
 * says, with an access key of its own, so that whoever answers can tell the functions apart.
 */
export const environmentOf = (
  definition: FunctionDefinition,
  { region }: Account,
  endpoints: ReadonlyMap<string, string>,
): Record<string, string> => {
  const setByLambda = {
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
  const reserved = Object.keys(definition.environment).filter((name) => Object.hasOwn(setByLambda, name));
  if (reserved.length > 0)
    throw new PlatformError(
      `${definition.logicalId}.Environment: Lambda sets ${reserved.join(', ')} itself.`,
    );
  const urls = [...endpoints].map(([service, url]) => [`AWS_ENDPOINT_URL_${service.toUpperCase()}`, url]);
  return { ...setByLambda, ...Object.fromEntries(urls), ...definition.environment };
};
