import * as z from 'zod/mini';
import { jwtAuthorizer } from '../auth/authorizer.ts';
import { createIssuer, type Issuer } from '../auth/issuer.ts';
import { signingKey } from '../auth/signing-key.ts';
import type { Authorizer, AuthorizerSettings } from '../http/authorization.ts';
import { type ApiDefinition, gateway } from '../http/gateway.ts';
import { PlatformError } from '../platform-error.ts';
import { apiGatewayRoute } from './api-gateway-route.ts';
import { apiGatewayStage } from './api-gateway-stage.ts';
import { lambdaFunction } from './lambda-function.ts';
import { type Host, resourceType } from './resource-type.ts';
import { flag, number, onlyNames, text } from './schemas.ts';

const type = 'AWS::ApiGatewayV2::Api';

export const apiGatewayApi = resourceType({
  type,
  properties: z.strictObject({
    ProtocolType: z.literal('HTTP'),
    CorsConfiguration: z.optional(
      z.strictObject({
        AllowOrigins: z._default(z.array(text), []),
        AllowMethods: z._default(z.array(text), []),
        AllowHeaders: z._default(z.array(text), []),
        ExposeHeaders: z._default(z.array(text), []),
        MaxAge: z.optional(number),
        AllowCredentials: z._default(flag, false),
      }),
    ),
  }),
  ignored: { Description: onlyNames, Name: onlyNames, Tags: onlyNames },

  ids: ({ logicalId, url }) => ({ Ref: logicalId, ApiId: logicalId, ApiEndpoint: url }),

  read: ({ CorsConfiguration }, { logicalId, stack }): ApiDefinition => {
    if (stack.resources.filter((each) => each.type === type).length > 1)
      throw new PlatformError('The local platform runs one API, and the stack has several.');
    if (stack.all(apiGatewayStage).length === 0)
      throw new PlatformError(`${logicalId}: the API has no stage, so nothing of it is deployed.`);
    return { id: logicalId, routes: stack.all(apiGatewayRoute), cors: CorsConfiguration };
  },

  start: async (api, host) => {
    const issuer = await ownIssuer(api, host);
    const authorizers = new Map(
      api.routes.map(({ authorizer }) => [authorizer, startAuthorizer(authorizer)]),
    );
    const routes = await Promise.all(
      api.routes.map(async (route) => {
        const lambda = await host.running(lambdaFunction, route.function.logicalId);
        return { ...route, lambda, authorize: authorizers.get(route.authorizer) };
      }),
    );
    const answer = gateway({
      ...api,
      routes,
      accountId: host.place.accountId,
      onAccess: host.onAccess,
    });
    host.answer((request) => issuer?.answer(request) ?? answer(request));
  },
});

/** Routes with the same settings share one. */
const startAuthorizer = (settings: AuthorizerSettings | undefined): Authorizer | undefined =>
  settings && jwtAuthorizer(settings);

/** The platform's own identity provider, where the API accepts its tokens. */
const ownIssuer = async (
  { routes }: ApiDefinition,
  { url, dataFolder }: Host,
): Promise<Issuer | undefined> => {
  const authorizer = routes.find((route) => route.authorizer?.issuer === url)?.authorizer;
  const [audience] = authorizer?.audience ?? [];
  if (audience === undefined) return undefined;
  const scopes = [...new Set(routes.flatMap((route) => route.scopes))].sort();
  return createIssuer({ url, audience, scopes, key: await signingKey(dataFolder?.keyFile) });
};
