import * as z from 'zod/mini';
import type { Stack } from '../cloudformation/resource-reader.ts';
import type { FunctionDefinition } from '../lambda/definition.ts';
import { PlatformError } from '../platform-error.ts';
import { resourceType } from './resource-type.ts';
import { text } from './schemas.ts';

/** Which service may invoke which function. */
export const lambdaPermission = resourceType({
  type: 'AWS::Lambda::Permission',
  properties: z.strictObject({ Action: text, FunctionName: text, Principal: text }),
  ignored: {
    SourceArn: 'the platform does not tell apart on whose behalf a service calls',
    SourceAccount: 'there is one account',
  },
  read: (properties) => properties,
});

/** Without its permission a service gets no answer from a function on AWS, so a stack without it does not run here. */
export const requirePermission = (
  stack: Stack,
  principal: string,
  { name, arn }: FunctionDefinition,
  where: string,
): void => {
  const isAllowed = stack
    .all(lambdaPermission)
    .some(
      ({ Action, Principal, FunctionName }) =>
        Action === 'lambda:InvokeFunction' &&
        Principal === principal &&
        (FunctionName === name || FunctionName === arn),
    );
  if (!isAllowed)
    throw new PlatformError(`${where}: no AWS::Lambda::Permission lets ${principal} invoke ${name}.`);
};
