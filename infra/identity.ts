/** Who issues the tokens, and for whom: what API Gateway's JWT authorizer checks a token against. */
export interface IdentityProvider {
  /** As the tokens' `iss` says it; its keys are found through `/.well-known/openid-configuration` below it. */
  readonly issuer: string;
  /** A token's `aud`, or its `client_id` where it has no `aud`, is one of these. */
  readonly audience: readonly string[];
}

export interface IdentityOptions {
  /** One's own identity provider; absent: a Cognito user pool that the stack creates. */
  readonly provider: IdentityProvider | undefined;
  /** The claim of a token that names the tenant. */
  readonly tenantClaim: string;
}

/** What the subject is to Cognito too: of a token for a machine, the client's id. */
export const defaultTenantClaim = 'sub';

/** API Gateway's own limit of an authorizer. */
const maxAudiences = 50;

/** What the CDK context may hold. */
interface IdentityContext {
  readonly issuer?: unknown;
  readonly audience?: unknown;
  readonly tenantClaim?: unknown;
}

/**
 * Reads `-c issuer=… -c audience=…` (the latter a comma-separated list) and `-c tenantClaim=…`. Throws one sentence
 * for what API Gateway would refuse minutes into a deployment, or what would let in nobody or anybody.
 */
export const parseIdentity = ({ issuer, audience, tenantClaim }: IdentityContext): IdentityOptions => {
  if ((issuer === undefined) !== (audience === undefined))
    throw new Error('An identity provider of your own takes both: -c issuer=… and -c audience=….');
  const claim = tenantClaim === undefined ? defaultTenantClaim : String(tenantClaim).trim();
  if (claim === '') throw new Error('tenantClaim has to name a claim of the token, such as sub.');
  const provider =
    issuer === undefined
      ? undefined
      : { issuer: parseIssuer(String(issuer)), audience: parseAudience(String(audience)) };
  return { provider, tenantClaim: claim };
};

const parseIssuer = (issuer: string): string => {
  if (!URL.canParse(issuer) || new URL(issuer).protocol !== 'https:')
    throw new Error(`issuer has to be an https URL, as the tokens' iss says it, and is "${issuer}".`);
  return issuer;
};

const parseAudience = (list: string): string[] => {
  const audience = list.split(',').map((each) => each.trim());
  if (audience.includes('') || audience.length > maxAudiences)
    throw new Error(`audience has to be a list of 1 to ${maxAudiences} names, and is "${list}".`);
  return audience;
};
