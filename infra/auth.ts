import { Duration, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccountRecovery,
  FeaturePlan,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  UserPool,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import type { Scope } from '../functions/lib/http/operation.ts';
import { acknowledge } from './acknowledge.ts';
import type { IdentityProvider } from './identity.ts';
import { allOperations } from './operations.ts';
import type { StageConfig } from './stages.ts';

export interface MachineIdentityProps {
  readonly config: StageConfig;
}

/** The scopes that the operations ask for, by the resource server that they belong to: `items` → `read`, `write`. */
const scopesOf = (): Map<string, Set<string>> => {
  const byServer = new Map<string, Set<string>>();
  for (const { scope } of allOperations) {
    if (scope === null) continue;
    const [server, name] = partsOf(scope);
    byServer.set(server, (byServer.get(server) ?? new Set()).add(name));
  }
  return byServer;
};

const partsOf = (scope: Scope): [server: string, name: string] => {
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

  constructor(scope: Construct, id: string, { config }: MachineIdentityProps) {
    super(scope, id);
    const pool = new UserPool(this, 'Users', {
      userPoolName: `spillway-${config.stage}`,
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
      deletionProtection: config.keepData,
      removalPolicy: config.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });

    acknowledge(pool, {
      'AwsSolutions-COG8':
        'What the Plus plan adds watches people signing in, by address, device and leaked passwords. This pool knows ' +
        'no people: its clients show a secret that Cognito made.',
    });

    const scopes = [...scopesOf()].flatMap(([name, verbs]) => {
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

    // Unique in the region among everybody's: the last part of the stack's own id.
    const { stackId, region } = Stack.of(this);
    const unique = Fn.select(4, Fn.split('-', Fn.select(2, Fn.split('/', stackId))));
    const domain = pool.addDomain('Domain', {
      cognitoDomain: { domainPrefix: `spillway-${config.stage}-${unique}` },
    });

    this.issuer = `https://cognito-idp.${region}.amazonaws.com/${pool.userPoolId}`;
    this.audience = [client.userPoolClientId];
    this.userPoolId = pool.userPoolId;
    this.clientId = client.userPoolClientId;
    this.tokenUrl = `${domain.baseUrl()}/oauth2/token`;
  }
}
