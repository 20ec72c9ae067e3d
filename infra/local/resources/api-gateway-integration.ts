import * as z from 'zod/mini';
import { resourceType } from './resource-type.ts';
import { number, onlyNames, text } from './schemas.ts';

/** How a route reaches a function. */
export const apiGatewayIntegration = resourceType({
  type: 'AWS::ApiGatewayV2::Integration',
  properties: z.strictObject({
    ApiId: text,
    IntegrationType: z.literal('AWS_PROXY'),
    IntegrationUri: text,
    PayloadFormatVersion: z.literal('2.0'),
    TimeoutInMillis: z._default(number, 30_000),
  }),
  ignored: { Description: onlyNames, IntegrationMethod: 'a function is always invoked by POST' },
  read: ({ IntegrationUri, TimeoutInMillis }) => ({ uri: IntegrationUri, timeout: TimeoutInMillis }),
});
