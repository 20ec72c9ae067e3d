import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import * as z from 'zod/mini';
import type { Authorization, Authorizer, AuthorizerSettings } from '../http/authorization.ts';
import { gatewayReply } from '../http/reply.ts';

/** A token whose signature is right: what it says, as its issuer has put it and as a function is told. */
interface Signed {
  readonly claims: JWTPayload;
  readonly texts: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch at which it is to be checked again. */
  readonly until: number;
}

/** API Gateway checks these and no other; `none` and the symmetric ones are not among them. */
const algorithms = ['RS256', 'RS384', 'RS512'];
/** As long as API Gateway waits for the issuer, and as long as it may keep a key. */
const issuerMilliseconds = 1_500;
const keyMilliseconds = 2 * 60 * 60 * 1_000;
/** Tokens whose signature is remembered as right. */
const maxTokens = 100;

/**
 * A JWT authorizer as API Gateway has it: it finds the issuer's keys through its discovery document, and checks
 * signature, algorithm, `iss`, `aud` (or `client_id` where there is no `aud`), `exp`, `nbf`, `iat` and the scopes
 * (`scope` or `scp`), without tolerance for clocks. The issuer is asked when the first token comes.
 * Rejects when the issuer cannot be asked.
 */
export const jwtAuthorizer = ({ issuer, audience }: AuthorizerSettings): Authorizer => {
  let found: Promise<ReturnType<typeof createRemoteJWKSet>> | undefined;
  const keys = () => {
    found ??= keysOf(issuer).catch((error) => {
      found = undefined; // the next token asks again
      throw error;
    });
    return found;
  };

  /** Of the newest tokens whose signature was right: checking it takes an eighth of the gateway's time. */
  const known = new Map<string, Signed>();
  /** Rejects for a token that is not valid, and when the issuer cannot be asked. */
  const checked = async (token: string): Promise<Signed> => {
    const found = known.get(token);
    if (found !== undefined && Date.now() < found.until) return found;
    known.delete(token);
    const { payload: claims } = await jwtVerify(token, await keys(), {
      issuer,
      algorithms,
      requiredClaims: ['exp'],
    });
    const until = Math.min((claims.exp ?? 0) * 1_000, Date.now() + keyMilliseconds);
    const signed = { claims, texts: asText(claims), until };
    known.set(token, signed);
    for (const [oldest] of known) {
      if (known.size <= maxTokens) break;
      known.delete(oldest);
    }
    return signed;
  };

  return async (header, scopes) => {
    const token = header?.replace(/^Bearer\s+/i, '').trim();
    if (token === undefined || token === '') return refused(401, 'Unauthorized', 'Bearer');
    let signed: Signed;
    try {
      signed = await checked(token);
    } catch (error) {
      if (!isAboutTheToken(error)) throw error;
      return invalid(descriptions[error.code] ?? 'the token is not valid');
    }
    const { claims, texts } = signed;
    if (claims.iat !== undefined && claims.iat > Math.ceil(Date.now() / 1_000))
      return invalid('the token is not yet valid');
    const meant = [claims.aud ?? claims.client_id].flat();
    if (!meant.some((each) => typeof each === 'string' && audience.includes(each)))
      return invalid('the token does not have a valid audience');
    const granted = scopesOf(claims.scope ?? claims.scp);
    if (scopes.length > 0 && !scopes.some((scope) => granted.includes(scope)))
      return refused(403, 'Forbidden', `Bearer scope="${scopes.join(' ')}" error="insufficient_scope"`);
    return { kind: 'granted', claims: texts };
  };
};

/** Else it is trouble with the issuer, which is nobody's fault who sends a token. */
const isAboutTheToken = (error: unknown): error is errors.JOSEError =>
  error instanceof errors.JOSEError &&
  !(error instanceof errors.JWKSTimeout) &&
  error.code !== errors.JOSEError.code;

const descriptions: Readonly<Record<string, string>> = {
  [errors.JWTExpired.code]: 'the token has expired',
  [errors.JWSSignatureVerificationFailed.code]: 'the signature is not valid',
  [errors.JOSEAlgNotAllowed.code]: 'the signing method is not valid',
};

const invalid = (description: string): Authorization =>
  refused(401, 'Unauthorized', `Bearer scope="" error="invalid_token" error_description="${description}"`);

const refused = (status: number, message: string, challenge: string): Authorization => {
  const reply = gatewayReply(status, message);
  return {
    kind: 'refused',
    reply: { ...reply, headers: { ...reply.headers, 'www-authenticate': challenge } },
  };
};

const discovery = z.object({ jwks_uri: z.url() });

const keysOf = async (issuer: string): Promise<ReturnType<typeof createRemoteJWKSet>> => {
  const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(issuerMilliseconds),
  });
  const { jwks_uri } = discovery.parse(await response.json());
  return createRemoteJWKSet(new URL(jwks_uri), {
    timeoutDuration: issuerMilliseconds,
    cacheMaxAge: keyMilliseconds,
  });
};

/** Scopes are one text, separated by spaces, or a list. */
const scopesOf = (claim: unknown): string[] => {
  if (typeof claim === 'string') return claim.split(' ');
  return Array.isArray(claim) ? claim.map(String) : [];
};

/** API Gateway hands every claim over as a text: a list as `[a b]`. */
const asText = (claims: JWTPayload): Record<string, string> =>
  Object.fromEntries(
    Object.entries(claims)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, textOf(value)]),
  );

const textOf = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(String).join(' ')}]`;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};
