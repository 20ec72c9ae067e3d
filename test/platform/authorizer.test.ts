import { createServer } from 'node:http';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { jwtAuthorizer } from '../../infra/local/auth/authorizer.ts';
import { requestToken } from '../../infra/local/auth/request-token.ts';
import { listen } from '../../infra/local/http/listener.ts';
import { runStack } from '../../infra/local/run-stack.ts';
import { rawConnection } from '../support/raw.ts';
import { api, lambda, type Resources, run, synthesize, temporaryFolder } from './stacks.ts';

/** Answers with what it is told of the caller. */
const echo = lambda(
  'export const handler = async ({ requestContext }) => requestContext.authorizer ?? null;',
);

/** An API whose route needs a token of this issuer, and one of these scopes if there are any. */
const guarded = (issuer: string, scopes: readonly string[] = []): Resources => {
  const resources: Resources = { Echo: echo, ...api({ 'GET /': 'Echo' }) };
  Object.assign(resources.Route0?.Properties ?? {}, {
    AuthorizationType: 'JWT',
    AuthorizerId: { Ref: 'Authorizer' },
    ...(scopes.length > 0 && { AuthorizationScopes: scopes }),
  });
  return {
    ...resources,
    Authorizer: {
      Type: 'AWS::ApiGatewayV2::Authorizer',
      Properties: {
        ApiId: { Ref: 'Api' },
        AuthorizerType: 'JWT',
        IdentitySource: ['$request.header.Authorization'],
        JwtConfiguration: { Issuer: issuer, Audience: ['one', 'two'] },
      },
    },
  };
};

/** An identity provider like anybody's, on a port of its own. */
const startProvider = async () => {
  const requests: string[] = [];
  let keys: JWK[] = [];
  let status = 200;
  let url = '';
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    const body = request.url?.endsWith('/keys') ? { keys } : { issuer: url, jwks_uri: `${url}/keys` };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/tenant`;
  const pair = await generateKeyPair('RS256', { extractable: true });
  const addKey = async (kid: string) => keys.push({ ...(await exportJWK(pair.publicKey)), kid });
  await addKey('first');
  return {
    url,
    requests,
    forget: () => {
      keys = [];
    },
    fail: (with_: number) => {
      status = with_;
    },
    token: (claims: Record<string, unknown> = {}) =>
      new SignJWT({ sub: 'ann', aud: 'two', ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: 'first' })
        .setIssuer(url)
        .setExpirationTime('1 minute')
        .sign(pair.privateKey),
  };
};

const call = async (url: string, authorization?: string) => {
  const response = await fetch(url, { headers: { ...(authorization && { authorization }) } });
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    body: await response.json(),
  };
};

describe('an authorizer', () => {
  test('accepts a token of the configured issuer, and gives the function its claims as texts', async () => {
    const provider = await startProvider();
    const { url } = await run(guarded(provider.url, ['read', 'write']));
    const token = await provider.token({ scope: 'openid write', groups: ['a', 'b'], level: 3, of: { x: 1 } });

    expect(await call(url, `Bearer ${token}`)).toMatchObject({
      status: 200,
      body: {
        jwt: {
          claims: {
            sub: 'ann',
            aud: 'two',
            groups: '[a b]',
            level: '3',
            of: '{"x":1}',
            scope: 'openid write',
          },
          scopes: ['read', 'write'],
        },
      },
    });
    expect((await call(url, token)).status).toBe(200); // API Gateway takes it without Bearer too
  });

  test('finds the keys through the discovery document, once', async () => {
    const provider = await startProvider();
    const { url } = await run(guarded(provider.url));

    for (let n = 0; n < 3; n += 1) expect((await call(url, await provider.token())).status).toBe(200);

    expect(provider.requests).toEqual(['/tenant/.well-known/openid-configuration', '/tenant/keys']);
  });

  test('refuses a wrong token with the status, body and challenge of API Gateway', async () => {
    const provider = await startProvider();
    const { url } = await run(guarded(provider.url, ['read']));

    expect(await call(url)).toEqual({ status: 401, challenge: 'Bearer', body: { message: 'Unauthorized' } });
    expect(await call(url, await provider.token({ aud: 'three' }))).toEqual({
      status: 401,
      challenge:
        'Bearer scope="" error="invalid_token" error_description="the token does not have a valid audience"',
      body: { message: 'Unauthorized' },
    });
    expect(await call(url, await provider.token({ scope: 'write' }))).toEqual({
      status: 403,
      challenge: 'Bearer scope="read" error="insufficient_scope"',
      body: { message: 'Forbidden' },
    });
  });

  test('answers 500 while the issuer does not answer, and asks it again for the next token', async () => {
    const provider = await startProvider();
    const { url } = await run(guarded(provider.url));
    provider.fail(503);

    expect((await call(url, await provider.token())).status).toBe(500);

    provider.fail(200);
    expect((await call(url, await provider.token())).status).toBe(200);
  });

  test('refuses a token that has expired since it accepted it', async () => {
    const provider = await startProvider();
    const authorize = jwtAuthorizer({ issuer: provider.url, audience: ['two'] });
    const header = `Bearer ${await provider.token({ exp: Math.floor(Date.now() / 1_000) + 600 })}`;
    expect((await authorize(header, [])).kind).toBe('granted');
    expect((await authorize(header, [])).kind).toBe('granted');

    onTestFinished(() => void vi.useRealTimers());
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 601_000 });

    expect((await authorize(header, [])).kind).toBe('refused');
  });

  test('refuses a token whose key is not in the key set', async () => {
    const provider = await startProvider();
    const { url } = await run(guarded(provider.url));
    provider.forget();

    expect((await call(url, await provider.token())).status).toBe(401);
  });
});

describe('the platform as the issuer', () => {
  const own = (dataDir?: string) =>
    runStack((url) => synthesize(guarded(url, ['items/read', 'items/write'])), {
      ...(dataDir !== undefined && { dataDir }),
    });

  test('publishes its configuration, and gives tokens that the API accepts', async () => {
    const platform = await own();
    onTestFinished(() => platform.stop());

    const about = await (await fetch(`${platform.url}/.well-known/openid-configuration`)).json();
    expect(about).toMatchObject({
      issuer: platform.url,
      token_endpoint: `${platform.url}/oauth2/token`,
      scopes_supported: ['items/read', 'items/write'],
    });
    const response = await fetch(`${platform.url}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('ann:local')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'items/write' }),
    });
    expect(response.headers.get('cache-control')).toBe('no-store');
    const answer = (await response.json()) as { access_token: string };
    expect(answer).toMatchObject({ token_type: 'Bearer', expires_in: 3_600, scope: 'items/write' });
    expect((await call(platform.url, `Bearer ${answer.access_token}`)).body).toMatchObject({
      jwt: {
        claims: { sub: 'ann', client_id: 'ann', aud: 'one', scope: 'items/write', token_use: 'access' },
      },
    });
  });

  test('publishes the public part of its key and nothing else of it', async () => {
    const platform = await own();
    onTestFinished(() => platform.stop());

    const { keys } = (await (await fetch(`${platform.url}/.well-known/jwks.json`)).json()) as { keys: JWK[] };
    expect(keys.map((key) => Object.keys(key).sort())).toEqual([['alg', 'e', 'kid', 'kty', 'n', 'use']]);
  });

  test('keeps its key with the data, so that a token outlives a restart on the same port', async () => {
    const dataDir = join(temporaryFolder(), 'data');
    const keyOf = async () => {
      const platform = await own(dataDir);
      const keys = await (await fetch(`${platform.url}/.well-known/jwks.json`)).json();
      await platform.stop();
      return keys;
    };
    expect(await keyOf()).toEqual(await keyOf());
  });

  test('does not exist when the API accepts the tokens of another issuer', async () => {
    const provider = await startProvider();
    const { url } = await run(guarded(provider.url));
    expect((await fetch(`${url}/oauth2/token`, { method: 'POST' })).status).toBe(404);
    await expect(requestToken(url, { tenant: 'ann' })).rejects.toThrow(
      `What answers at ${url} gives no tokens.`,
    );
  });

  test('is not asked in vain: a token that cannot be given is explained in one sentence', async () => {
    const platform = await own();
    onTestFinished(() => platform.stop());

    await expect(requestToken(platform.url, { tenant: 'ann', scope: 'all' })).rejects.toThrow(
      'There is no scope "all".',
    );
    await expect(requestToken(platform.url, { tenant: 'a b' })).rejects.toThrow(
      '"a b" cannot be the name of a client.',
    );
    await expect(requestToken('http://127.0.0.1:1', { tenant: 'ann' })).rejects.toThrow(
      'Nothing answers at http://127.0.0.1:1: run npm start',
    );
  });
});

test('a client that sends too slowly is cut off', async () => {
  const listener = await listen(0, { headers: 50, request: 100 });
  onTestFinished(listener.stop);
  const url = `http://127.0.0.1:${listener.port}`;
  const closed = vi.fn();
  for (const bytes of ['GET / HTTP/1.1\r\nHo', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na']) {
    const socket = await rawConnection(url);
    socket.on('close', closed);
    socket.resume();
    socket.write(bytes);
  }
  await vi.waitFor(() => expect(closed).toHaveBeenCalledTimes(2), 5_000);
});
