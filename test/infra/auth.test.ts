import { describe, expect, test } from 'vitest';
import { routeKeys } from '../../functions/lib/http/operation.ts';
import { parseIdentity } from '../../infra/identity.ts';
import { stages, suiteOf } from '../../infra/stages.ts';
import { allOperations } from '../../infra/suite.ts';
import { shopSuite } from './fixture.ts';
import { ownProvider, productTemplateOf, readable, resource, resources, templateOf } from './template.ts';

const authorizerOf = (from: ReturnType<typeof templateOf>) =>
  resource(from, 'AWS::ApiGatewayV2::Authorizer', 'ApiAuthorizer').Properties;

/** Route key → who may use it. */
const accessOf = (from: ReturnType<typeof templateOf>) =>
  Object.fromEntries(
    resources(from, 'AWS::ApiGatewayV2::Route').map(({ Properties }) => {
      const { RouteKey, AuthorizationType, AuthorizerId, AuthorizationScopes } = Properties;
      expect(AuthorizationType).toBe(AuthorizerId === undefined ? 'NONE' : 'JWT');
      if (AuthorizerId !== undefined) expect(readable(AuthorizerId)).toBe('ApiAuthorizer');
      return [RouteKey, AuthorizationType === 'NONE' ? 'anybody' : (AuthorizationScopes ?? 'any token')];
    }),
  );

test('a route needs a token with the scope of its operation, HEAD that of its GET, $default any token', () => {
  expect(accessOf(templateOf('dev'))).toEqual({
    'POST /orders': ['orders/write'],
    'GET /orders/{id}': ['orders/read'],
    'HEAD /orders/{id}': ['orders/read'],
    'GET /ping': 'anybody',
    'HEAD /ping': 'anybody',
    $default: 'any token',
  });
});

test.each(stages)('the real suite in %s lets nobody in but where an operation has no scope', (stage) => {
  const open = allOperations(suiteOf(stage)).filter(({ scope }) => scope === null);
  const access = Object.entries(accessOf(productTemplateOf(stage)));
  expect(
    access
      .filter(([, who]) => who === 'anybody')
      .map(([key]) => key)
      .sort(),
  ).toEqual(open.flatMap(routeKeys).sort());
});

describe('without an identity provider of one’s own', () => {
  const template = templateOf('dev');
  const one = (type: string) => {
    const [found, ...others] = resources(template, `AWS::Cognito::${type}`);
    if (found === undefined || others.length > 0) throw new Error(`There is not one ${type}.`);
    return found.Properties;
  };

  test('the issuer is a user pool of the stack, and the audience its one client', () => {
    const { AuthorizerType, IdentitySource, JwtConfiguration } = authorizerOf(template);
    expect({ AuthorizerType, IdentitySource }).toEqual({
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
    });
    expect(readable(JwtConfiguration.Issuer)).toBe(
      'https://cognito-idp.AWS::Region.AWS::URLSuffix/IdentityUsers',
    );
    expect(JwtConfiguration.Audience.map(readable)).toEqual(['IdentityUsersMachine']);
  });

  test('the client is a machine with every scope of the operations and no other way in', () => {
    const client = one('UserPoolClient');
    expect(client).toMatchObject({
      GenerateSecret: true,
      AllowedOAuthFlows: ['client_credentials'],
      AllowedOAuthFlowsUserPoolClient: true,
    });
    expect(client.ExplicitAuthFlows).toEqual(['ALLOW_REFRESH_TOKEN_AUTH']); // it gets none to refresh with
    expect(client).not.toHaveProperty('CallbackURLs');
    const servers = Object.fromEntries(
      resources(template, 'AWS::Cognito::UserPoolResourceServer').map(({ id, Properties }) => [
        id,
        Properties.Identifier,
      ]),
    );
    const scopes = (client.AllowedOAuthScopes as unknown[]).map(readable).map((scope) => {
      const [server = '', verb] = scope.split('/');
      return `${servers[server]}/${verb}`;
    });
    const asked = new Set(allOperations(shopSuite('dev')).flatMap(({ scope }) => scope ?? []));
    expect(scopes.sort()).toEqual([...asked].sort());
  });

  test('nobody can sign up', () => {
    expect(one('UserPool')).toMatchObject({
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      MfaConfiguration: 'ON',
      UserPoolTier: 'LITE',
    });
  });

  test('the prefix of its domain is the stack’s own, so that two stacks never want the same', () => {
    const prefix = JSON.stringify(one('UserPoolDomain').Domain);
    expect(prefix).toContain('-dev-",{"Fn::Select"');
    expect(prefix).toContain('{"Ref":"AWS::StackId"}');
  });

  test('prod keeps its clients whatever happens to the stack', () => {
    const pool = resource(templateOf('prod'), 'AWS::Cognito::UserPool', 'IdentityUsers');
    expect(pool).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: { DeletionProtection: 'ACTIVE' },
    });
  });
});

describe('with an identity provider of one’s own', () => {
  const template = templateOf('dev', { identity: ownProvider });

  test('its tokens are accepted, and there is no user pool', () => {
    expect(authorizerOf(template).JwtConfiguration).toEqual({
      Issuer: 'https://login.example.com/',
      Audience: ['https://api.example.com', 'cli'],
    });
    expect(Object.keys(template.findResources('AWS::Cognito::UserPool'))).toEqual([]);
  });

  test('the routes need the same scopes', () => {
    expect(accessOf(template)).toEqual(accessOf(templateOf('dev')));
  });

  test('the functions are told which claim names the tenant', () => {
    const claims = resources(template, 'AWS::Lambda::Function').flatMap(
      ({ Properties }) => Properties.Environment.Variables.TENANT_CLAIM ?? [],
    );
    expect(claims).toEqual(['org_id']);
  });

  test.each([
    [{ issuer: 'https://login.example.com' }, 'both'],
    [{ audience: 'api' }, 'both'],
    [{ issuer: 'http://login.example.com', audience: 'api' }, 'https URL'],
    [{ issuer: 'login.example.com', audience: 'api' }, 'https URL'],
    [{ issuer: 'https://login.example.com', audience: '' }, 'audience'],
    [{ issuer: 'https://login.example.com', audience: 'a,,b' }, 'audience'],
    [{ issuer: 'https://login.example.com', audience: Array(51).fill('a').join() }, 'audience'],
    [{ tenantClaim: ' ' }, 'tenantClaim'],
  ])('%j is refused by a sentence', (context, word) => {
    expect(() => parseIdentity(context)).toThrow(word);
  });
});
