import * as z from 'zod/mini';
import type { AuthorizerSettings } from '../http/authorization.ts';
import { resourceType } from './resource-type.ts';
import { onlyNames, text } from './schemas.ts';

export const apiGatewayAuthorizer = resourceType({
  type: 'AWS::ApiGatewayV2::Authorizer',
  properties: z.strictObject({
    ApiId: text,
    AuthorizerType: z.literal('JWT'),
    IdentitySource: z.tuple([z.literal('$request.header.Authorization')]),
    JwtConfiguration: z.strictObject({ Issuer: text, Audience: z.array(text).check(z.minLength(1)) }),
  }),
  ignored: { Name: onlyNames },
  read: ({ JwtConfiguration }): AuthorizerSettings => ({
    issuer: JwtConfiguration.Issuer,
    audience: JwtConfiguration.Audience,
  }),
});
