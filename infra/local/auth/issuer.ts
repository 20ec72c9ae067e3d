import { randomUUID, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { importJWK, type JWK, SignJWT } from 'jose';
import type { HttpReply } from '../http/reply.ts';

export interface IssuerOptions {
  /** The `iss` of the tokens, which is where the platform answers. */
  readonly url: string;
  /** The `aud` of the tokens. */
  readonly audience: string;
  /** What a client may ask for, and gets when it asks for nothing. */
  readonly scopes: readonly string[];
  /** Private RSA key that signs. */
  readonly key: JWK;
}

export interface Issuer {
  /** The answer to a request for one of the issuer's own paths; undefined for every other path. */
  answer(request: IncomingMessage): Promise<HttpReply> | undefined;
}

/** Any client is known here, by this secret: it is a tenant of its own. */
const secret = 'local';
const lifetimeSeconds = 60 * 60;
/** A form with an id, a secret and four scopes is far smaller. */
const maxFormBytes = 8_192;
/** What an id of Cognito's looks like, and somewhat more. */
const clientIds = /^[\w.@:+-]{1,128}$/;

/**
 * An identity provider for one machine, in place of the one that a deployed stack has: a discovery document, a key
 * set, and tokens for client credentials (RFC 6749, section 4.4), signed with RS256, with the claims of Cognito's
 * access tokens and an `aud`, so that any number of clients can be let in.
 */
export const createIssuer = async (options: IssuerOptions): Promise<Issuer> => {
  const { kty, n, e, kid = '' } = options.key;
  const keySet = { keys: [{ kty, n, e, kid, alg: 'RS256', use: 'sig' }] };
  const configuration = configurationOf(options);
  const signingKey = await importJWK(options.key, 'RS256');
  return {
    answer: (request) => {
      switch (request.url?.split('?')[0]) {
        case '/.well-known/openid-configuration':
          return Promise.resolve(json(200, configuration));
        case '/.well-known/jwks.json':
          return Promise.resolve(json(200, keySet));
        case '/oauth2/token':
          return token(request, options, signingKey);
        default:
          return undefined;
      }
    },
  };
};

const configurationOf = ({ url, scopes }: IssuerOptions) => ({
  issuer: url,
  token_endpoint: `${url}/oauth2/token`,
  jwks_uri: `${url}/.well-known/jwks.json`,
  grant_types_supported: ['client_credentials'],
  response_types_supported: ['token'],
  token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  scopes_supported: scopes,
});

type SigningKey = Awaited<ReturnType<typeof importJWK>>;

/** Answers a request for a token. */
const token = async (
  request: IncomingMessage,
  options: IssuerOptions,
  signingKey: SigningKey,
): Promise<HttpReply> => {
  if (request.method !== 'POST') return json(405, { error: 'invalid_request' });
  const form = new URLSearchParams(await read(request));
  const { id, given } = credentialsOf(request, form);
  if (!clientIds.test(id) || !isSecret(given)) {
    const refusal = json(401, { error: 'invalid_client' });
    return { ...refusal, headers: { ...refusal.headers, 'www-authenticate': 'Basic realm="local"' } };
  }
  if (form.get('grant_type') !== 'client_credentials') return json(400, { error: 'unsupported_grant_type' });
  const requested = (form.get('scope') ?? '').split(/[\s+]+/).filter(Boolean);
  if (requested.some((scope) => !options.scopes.includes(scope)))
    return json(400, { error: 'invalid_scope' });
  const scope = (requested.length > 0 ? requested : options.scopes).join(' ');
  return json(200, {
    access_token: await signedToken(id, scope, options, signingKey),
    token_type: 'Bearer',
    expires_in: lifetimeSeconds,
    scope,
  });
};

const signedToken = (
  clientId: string,
  scope: string,
  { url, audience, key: { kid = '' } }: IssuerOptions,
  signingKey: SigningKey,
): Promise<string> =>
  new SignJWT({ client_id: clientId, token_use: 'access', scope })
    .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
    .setIssuer(url)
    .setAudience(audience)
    .setSubject(clientId)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime(`${lifetimeSeconds} s`)
    .sign(signingKey);

const json = (status: number, body: unknown): HttpReply => ({
  status,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: Buffer.from(JSON.stringify(body)),
});

const read = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += chunk.length;
    if (length <= maxFormBytes) chunks.push(chunk);
  }
  return length <= maxFormBytes ? Buffer.concat(chunks).toString() : '';
};

/** From the form, or from HTTP Basic. */
const credentialsOf = (
  { headers }: IncomingMessage,
  form: URLSearchParams,
): { readonly id: string; readonly given: string } => {
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(headers.authorization ?? '') ?? [];
  if (encoded === undefined)
    return { id: form.get('client_id') ?? '', given: form.get('client_secret') ?? '' };
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return { id: text.slice(0, colon), given: text.slice(colon + 1) };
};

const isSecret = (given: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(secret)];
  return a.length === b.length && timingSafeEqual(a, b);
};
