import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccountRecovery,
  FeaturePlan,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  UserPool,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { product } from '../functions/product.ts';
import { acknowledge } from './acknowledge.ts';
import type { IdentityProvider } from './identity.ts';
import { uniquePart } from './names.ts';
import { allOperations, type Suite } from './suite.ts';

export interface MachineIdentityProps {
  readonly suite: Suite;
}

/** The scopes that the operations ask for, by the resource server that they belong to: `items` → `read`, `write`. */
const scopesOf = (suite: Suite): Map<string, Set<string>> => {
  const byServer = new Map<string, Set<string>>();
  for (const { scope } of allOperations(suite)) {
    if (scope === null) continue;
    const [server, name] = partsOf(scope);
    byServer.set(server, (byServer.get(server) ?? new Set()).add(name));
  }
  return byServer;
};

const partsOf = (scope: string): [server: string, name: string] => {
  const [server = '', name = ''] = scope.split('/');
  return [server, name];
};

/**
 * A Cognito user pool that knows no people: its one client is a machine, which gets tokens for its id and secret
 * (client credentials). Its id is the tenant. A further client is a further tenant, and one more audience of the
 * authorizer: docs/security.md.
 */
export class MachineIdentity extends Construct implements IdentityProvider {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly userPoolId: string;
  readonly clientId: string;
  /** Where a client gets its tokens. */
  readonly tokenUrl: string;

  constructor(scope: Construct, id: string, { suite }: MachineIdentityProps) {
    super(scope, id);
    const pool = new UserPool(this, 'Users', {
      userPoolName: `${product.name}-${suite.stageName}`,
      featurePlan: FeaturePlan.LITE, // what else there is, is for people who sign in
      selfSignUpEnabled: false,
      accountRecovery: AccountRecovery.NONE,
      // Nobody can sign in; should somebody add people one day, they begin behind these.
      mfa: Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 14,
        requireDigits: true,
        requireLowercase: true,
        requireSymbols: true,
        requireUppercase: true,
      },
      deletionProtection: suite.stage.keepData,
      removalPolicy: suite.stage.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });

    acknowledge(pool, {
      'AwsSolutions-COG8':
        'What the Plus plan adds watches people signing in, by address, device and leaked passwords. This pool knows ' +
        'no people: its clients show a secret that Cognito made.',
    });

    const scopes = [...scopesOf(suite)].flatMap(([name, verbs]) => {
      const each = [...verbs].map(
        (verb) => new ResourceServerScope({ scopeName: verb, scopeDescription: `${verb} ${name}` }),
      );
      const server = pool.addResourceServer(name, { identifier: name, scopes: each });
      return each.map((one) => OAuthScope.resourceServer(server, one));
    });
    const client = pool.addClient('Machine', {
      generateSecret: true,
      authFlows: { userSrp: false }, // without this Cognito would add its default ways for people to sign in
      oAuth: { flows: { clientCredentials: true }, scopes },
      accessTokenValidity: Duration.hours(1),
      enableTokenRevocation: true,
      preventUserExistenceErrors: true,
    });

    const domain = pool.addDomain('Domain', {
      cognitoDomain: { domainPrefix: `${product.name}-${suite.stageName}-${uniquePart(this)}` },
    });

    const { region, urlSuffix } = Stack.of(this);
    this.issuer = `https://cognito-idp.${region}.${urlSuffix}/${pool.userPoolId}`;
    this.audience = [client.userPoolClientId];
    this.userPoolId = pool.userPoolId;
    this.clientId = client.userPoolClientId;
    this.tokenUrl = `${domain.baseUrl()}/oauth2/token`;
  }
}
