import * as z from 'zod/mini';
import { resourceType } from './resource-type.ts';
import { number, text } from './schemas.ts';

/** What becomes of an asynchronous invocation that fails. */
export const lambdaEventInvokeConfig = resourceType({
  type: 'AWS::Lambda::EventInvokeConfig',
  properties: z.strictObject({
    FunctionName: text,
    Qualifier: z.literal('$LATEST'),
    MaximumRetryAttempts: z._default(number, 2),
  }),
  ignored: { MaximumEventAgeInSeconds: 'nothing keeps an event waiting here' },
  read: ({ FunctionName, MaximumRetryAttempts }) => ({
    functionName: FunctionName,
    retryAttempts: MaximumRetryAttempts,
  }),
});
