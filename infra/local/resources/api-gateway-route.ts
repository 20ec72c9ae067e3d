import * as z from 'zod/mini';
import type { RouteDefinition } from '../http/gateway.ts';
import { PlatformError } from '../platform-error.ts';
import { apiGatewayAuthorizer } from './api-gateway-authorizer.ts';
import { apiGatewayIntegration } from './api-gateway-integration.ts';
import { apiGatewayStage } from './api-gateway-stage.ts';
import { invokedFunction } from './lambda-function.ts';
import { requirePermission } from './lambda-permission.ts';
import { resourceType } from './resource-type.ts';
import { onlyNames, text } from './schemas.ts';

export const apiGatewayRoute = resourceType({
  type: 'AWS::ApiGatewayV2::Route',
  properties: z.strictObject({
    ApiId: text,
    RouteKey: text,
    Target: text,
    AuthorizationType: z._default(z.enum(['NONE', 'JWT']), 'NONE'),
    AuthorizerId: z._default(text, ''),
    AuthorizationScopes: z._default(z.array(text), []),
  }),
  ignored: { OperationName: onlyNames },

  read: (properties, { logicalId, stack }): RouteDefinition => {
    const { RouteKey, Target, AuthorizationType, AuthorizerId, AuthorizationScopes } = properties;
    const integration = stack.find(apiGatewayIntegration, Target.replace('integrations/', ''));
    if (integration === undefined) throw new PlatformError(`${logicalId}.Target: there is no ${Target}.`);
    const target = invokedFunction(stack, integration.uri, logicalId);
    requirePermission(stack, 'apigateway.amazonaws.com', target, logicalId);
    const authorizer =
      AuthorizationType === 'NONE' ? undefined : stack.find(apiGatewayAuthorizer, AuthorizerId);
    if (AuthorizationType !== 'NONE' && authorizer === undefined)
      throw new PlatformError(`${logicalId}.AuthorizerId: there is no authorizer ${AuthorizerId}.`);
    const [stage] = stack.all(apiGatewayStage);
    return {
      key: RouteKey,
      function: target,
      timeout: integration.timeout,
      throttling: stage?.throttlingOf(RouteKey),
      authorizer,
      scopes: AuthorizationScopes,
    };
  },
});
