import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifest } from '../../functions/manifest.ts';
import type { Platform } from '../../infra/local/platform.ts';
import { allOperations as operationsIn } from '../../infra/suite.ts';
import { type Answer, anonymous, client, tokenOf } from '../support/api.ts';
import { ownerOf } from '../support/owner.ts';
import { exchange, rawConnection, statusesOf } from '../support/raw.ts';
import { startSuite } from '../support/suite.ts';
import { type Forger, forgerOf, hmac } from '../support/tokens.ts';

const allOperations = operationsIn(manifest);

// The rows of the OWASP API Security Top 10 (2023), each attacked over HTTP. docs/security.md has the table.

let platform: Platform;
let forger: Forger;
let anna: ReturnType<typeof client>;
let bert: ReturnType<typeof client>;
/** A server of the attacker's: whoever calls it has been tricked. */
const canary = { calls: 0, url: '', server: createServer() };
const dataDir = mkdtempSync(join(tmpdir(), 'spillway-security-'));

beforeAll(async () => {
  canary.server.on('connection', () => {
    canary.calls += 1;
  });
  await new Promise<void>((resolve) => canary.server.listen(0, '127.0.0.1', resolve));
  const address = canary.server.address();
  canary.url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  platform = await startSuite({ dataDir });
  forger = await forgerOf(platform.url, dataDir);
  anna = client(platform.url, { tenant: 'anna' });
  bert = client(platform.url, { tenant: 'bert' });
});
afterAll(async () => {
  await platform.stop();
  canary.server.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const lamp = { name: 'Lamp', description: 'of anna' };
const sum = (seed: number) => ({ type: 'sum-parts', input: { parts: 1, seed } });
const long = (seed: number) => ({
  type: 'sum-parts',
  input: { parts: 200, milliseconds: 1_000, seed },
});
const withToken = (token: string, path = '/items', method = 'GET'): Promise<Answer> =>
  anonymous(platform.url)(method, path, { headers: { authorization: `Bearer ${token}` } });

const unauthorized = (answer: Answer) => {
  expect({ status: answer.status, body: answer.body }).toEqual({
    status: 401,
    body: { message: 'Unauthorized' },
  });
  expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
};

describe('API1 Broken object level authorization', () => {
  it('another tenant’s item is not there: not to read, change, delete, or learn of', async () => {
    await anna('POST', '/items', { body: { id: 7, ...lamp } });
    for (const [method, body] of [['GET'], ['HEAD'], ['DELETE'], ['PATCH', { name: 'x' }]] as const)
      expect((await bert(method, '/items/7', { body })).status).toBe(404);
    const replaced = await bert('PUT', '/items/7', { body: lamp, headers: { 'if-match': '*' } });
    expect(replaced.status).toBe(412);
    expect((await bert('GET', '/items')).body.items).toEqual([]);
    // The same id is free to him, and his is another item.
    expect((await bert('POST', '/items', { body: { id: 7, name: 'His', description: '' } })).status).toBe(
      201,
    );
    expect((await anna('GET', '/items/7')).body).toMatchObject(lamp);
    expect((await bert('DELETE', '/items/7')).status).toBe(204);
    expect((await anna('GET', '/items/7')).status).toBe(200);
  });

  it('another tenant’s computation is not there, by its very id', async () => {
    const { body } = await anna('POST', '/computations', { body: long(1) });
    const path = `/computations/${body.id}`;
    for (const [method, target] of [
      ['GET', path],
      ['HEAD', path],
      ['POST', `${path}/cancel`],
      ['POST', `${path}/retry`],
      ['DELETE', path],
    ] as const)
      expect((await bert(method, target)).status).toBe(404);
    expect((await bert('GET', '/computations')).body.computations).toEqual([]);
    expect((await anna('POST', `${path}/cancel`)).status).toBe(200);
  });

  it('the same pure work of two tenants is two computations: no result, and no hint of one, is shared', async () => {
    const hers = await anna('POST', '/computations', { body: sum(1_001), headers: { prefer: 'wait=20' } });
    const his = await bert('POST', '/computations', { body: sum(1_001) });
    expect([hers.status, his.status]).toEqual([200, 202]);
    expect(his.body.id).not.toBe(hers.body.id);
  });

  it('the same Idempotency-Key of two tenants is two keys', async () => {
    const headers = { 'idempotency-key': '"shared"' };
    const hers = await anna('POST', '/items', { headers, body: lamp });
    const his = await bert('POST', '/items', { headers, body: { name: 'Other', description: 'payload' } });
    expect([hers.status, his.status]).toEqual([201, 201]);
    const herSum = await anna('POST', '/computations', { headers, body: sum(5) });
    const hisSum = await bert('POST', '/computations', { headers, body: sum(6) });
    expect([herSum.status, hisSum.status]).toEqual([202, 202]);
    expect(hisSum.body.id).not.toBe(herSum.body.id);
  });

  it.each(['/items', '/computations'])('a cursor of another tenant’s list of %s is 422', async (path) => {
    await anna('POST', '/items', { body: { id: 8, ...lamp } });
    await anna('POST', '/computations', { body: sum(2) });
    await anna('POST', '/computations', { body: sum(3) });
    const { next } = (await anna('GET', `${path}?limit=1`)).body;
    expect(next).toBeTypeOf('string');
    expect((await anna('GET', `${path}?limit=1&cursor=${next}`)).status).toBe(200);
    expect((await bert('GET', `${path}?limit=1&cursor=${next}`)).status).toBe(422);
  });

  it('a computation reads its own tenant’s items only', async () => {
    const { body } = await bert('POST', '/computations', {
      body: { type: 'read-items', input: {} },
      headers: { prefer: 'wait=20' },
    });
    expect(body).toMatchObject({ status: 'succeeded' });
    expect(JSON.stringify(body.result)).not.toMatch(/lamp|anna/i);
  });

  it.each(['ANNA', 'anna.', 'anna:', 'constructor', '__proto__', 'public'])(
    'a client called %j is a tenant of its own',
    async (tenant) => {
      const other = client(platform.url, { tenant });
      expect((await other('GET', '/items/7')).status).toBe(404);
      expect((await other('GET', '/items')).body.items).toEqual([]);
    },
  );

  it('no header, query or body chooses the tenant', async () => {
    const headers = {
      'x-tenant': 'anna',
      'x-tenant-id': 'anna',
      tenant: 'anna',
      'x-amzn-request-context': '{}',
    };
    expect((await bert('GET', '/items/7', { headers })).status).toBe(404);
    expect((await bert('GET', '/items?tenant=anna')).status).toBe(422);
    expect((await bert('POST', '/items', { body: { id: 9, ...lamp, tenant: 'anna' } })).status).toBe(422);
  });

  it('a token without the claim that names the tenant reaches nobody’s data', async () => {
    for (const sub of [undefined, '', null]) {
      const answer = await withToken(await forger.signed({ sub }));
      expect(answer.status).toBe(401);
    }
  });
});

describe('API2 Broken authentication', () => {
  const now = Math.floor(Date.now() / 1_000);
  const claims: [string, Record<string, unknown>][] = [
    ['has expired', { exp: now - 1 }],
    ['never expires', { exp: undefined }],
    ['expires at a time that is no number', { exp: 'never' }],
    ['is not yet valid', { nbf: now + 600 }],
    ['was issued in the future', { iat: now + 600 }],
    ['is of another issuer', { iss: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_other' }],
    ['is of an issuer that looks alike', { iss: 'http://127.0.0.1' }],
    ['is of no issuer', { iss: undefined }],
    ['is for another audience', { aud: 'another-api' }],
    ['is for an audience that contains ours', { aud: 'another spillway' }],
    ['is for nobody, and of another client', { aud: undefined }],
  ];
  it.each(claims)('a token that %s is refused', async (_, changes) => {
    unauthorized(await withToken(await forger.signed(changes)));
  });

  it('the token that these were made of is good', async () => {
    expect((await withToken(await forger.signed())).status).toBe(200);
    expect((await withToken(await forger.signed({ aud: ['other', 'spillway'] }))).status).toBe(200);
    expect((await withToken(await forger.signed({ aud: undefined, client_id: 'spillway' }))).status).toBe(
      200,
    );
  });

  it.each(['none', 'None', 'NONE', 'nOnE', ''])('a token with the algorithm %j is refused', async (alg) => {
    unauthorized(await withToken(forger.assembled({ alg, typ: 'JWT' }, '')));
    unauthorized(await withToken(forger.assembled({ alg, typ: 'JWT' }, 'AAAA')));
  });

  it('a token that is signed by HS256 with the public key as the secret is refused', async () => {
    for (const key of forger.publicKeys) {
      for (const alg of ['HS256', 'RS256'])
        unauthorized(await withToken(forger.assembled({ alg, typ: 'JWT' }, hmac(key))));
    }
  });

  it('a token that is signed by another key is refused, wherever it says that its key is', async () => {
    for (const header of [
      {},
      { kid: 'unknown' },
      { kid: '../../../../dev/null' },
      { kid: "' OR '1'='1" },
      { jwk: forger.strangersKey },
      { jku: `${canary.url}/keys` },
      { x5u: `${canary.url}/chain.pem` },
      { iss: platform.url, b64: true },
    ])
      unauthorized(await withToken(await forger.signedByStranger(header)));
    expect(canary.calls).toBe(0);
  });

  it('a token whose content was changed after it was signed is refused', async () => {
    const [header, payload = '', signature] = (await tokenOf(platform.url, { tenant: 'bert' })).split('.');
    const changed = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const forged = Buffer.from(JSON.stringify({ ...changed, sub: 'anna' })).toString('base64url');
    unauthorized(await withToken(`${header}.${forged}.${signature}`));
    unauthorized(await withToken(`${header}.${payload}.${signature?.slice(0, -8)}AAAAAAAA`));
    unauthorized(await withToken(`${header}.${payload}.`));
  });

  it.each([
    ['nothing', {}],
    ['an empty header', { authorization: '' }],
    ['no token after Bearer', { authorization: 'Bearer ' }],
    ['a word', { authorization: 'Bearer token' }],
    ['two dots', { authorization: 'Bearer ..' }],
    ['five parts, as of something encrypted', { authorization: 'Bearer a.b.c.d.e' }],
    ['no base64', { authorization: 'Bearer !!!.???.###' }],
    ['a name and a password', { authorization: `Basic ${btoa('anna:local')}` }],
    ['an AWS signature', { authorization: 'AWS4-HMAC-SHA256 Credential=LOCAL/20260101/us-east-1/x' }],
    ['nine kilobytes', { authorization: `Bearer ${'a'.repeat(9_000)}` }],
    ['a cookie', { cookie: 'authorization=x; token=y' }],
  ])('%s is no token', async (_, headers) => {
    unauthorized(await anonymous(platform.url)('GET', '/items', { headers }));
  });

  it('a token counts in its header only, and two are none', async () => {
    const token = await tokenOf(platform.url);
    const call = anonymous(platform.url);
    unauthorized(await call('GET', `/items?access_token=${token}`));
    unauthorized(await call('GET', '/items', { headers: { 'x-authorization': `Bearer ${token}` } }));
    unauthorized(await call('GET', '/items', { headers: { cookie: `access_token=${token}` } }));
    const twice = await exchange(
      platform.url,
      `GET /items HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`,
    );
    expect(statusesOf(twice)).toEqual([401]);
  });

  it('the issuer gives no token for a wrong secret, scope, name or grant', async () => {
    const ask = async (form: Record<string, string>) => {
      const body = new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: 'anna',
        client_secret: 'local',
        ...form,
      });
      const response = await fetch(`${platform.url}/oauth2/token`, { method: 'POST', body });
      return [response.status, Object.keys((await response.json()) as object)];
    };
    expect(await ask({ client_secret: 'guess' })).toEqual([401, ['error']]);
    expect(await ask({ client_secret: 'äöüßé' })).toEqual([401, ['error']]);
    expect(await ask({ client_id: '' })).toEqual([401, ['error']]);
    expect(await ask({ client_id: 'x\r\ny' })).toEqual([401, ['error']]);
    expect(await ask({ scope: 'items/admin' })).toEqual([400, ['error']]);
    expect(await ask({ grant_type: 'password' })).toEqual([400, ['error']]);
  });
});

describe('API3 Broken object property level authorization', () => {
  it.each(['tenant', 'createdAt', 'updatedAt', 'etag', 'expiresAt', '__proto__', 'constructor'])(
    'a client cannot set %s of an item',
    async (member) => {
      const text = `{"name":"a","description":"","${member}":"2000-01-01T00:00:00Z"}`;
      expect((await anna('POST', '/items', { body: text })).status).toBe(422);
      expect((await anna('PUT', '/items/70', { body: text })).status).toBe(422);
      const headers = { 'content-type': 'application/merge-patch+json' };
      expect((await anna('PATCH', '/items/7', { body: text, headers })).status).toBe(422);
    },
  );

  it('cannot choose id, status, result or epoch of a computation', async () => {
    for (const extra of [{ id: 'x' }, { status: 'succeeded' }, { result: {} }, { epoch: 'x' }, { parts: 1 }])
      expect((await anna('POST', '/computations', { body: { ...sum(4), ...extra } })).status).toBe(422);
  });

  it('is shown the members of the contract and nothing that is kept beside them', async () => {
    const item = await anna('GET', '/items/7');
    expect(Object.keys(item.body).sort()).toEqual(['createdAt', 'description', 'id', 'name', 'updatedAt']);
    const { body } = await anna('POST', '/computations', { body: sum(4), headers: { prefer: 'wait=20' } });
    expect(Object.keys(body).sort()).toEqual([
      'createdAt',
      'finishedAt',
      'id',
      'input',
      'progress',
      'result',
      'startedAt',
      'status',
      'type',
      'version',
    ]);
  });
});

describe('API4 Unrestricted resource consumption', () => {
  const json = { 'content-type': 'application/json' };
  it.each([
    ['a body of 300 KB', () => JSON.stringify({ ...lamp, description: 'x'.repeat(300_000) }), 413],
    ['a body of 11 MB', () => 'x'.repeat(11_000_000), 413],
    ['a hundred thousand arrays in each other', () => '['.repeat(100_000), 400],
    ['a hundred thousand objects in each other', () => '{"a":'.repeat(40_000), 400],
    [
      'a number of a hundred thousand digits',
      () => `{"id":${'9'.repeat(100_000)},"name":"a","description":""}`,
      422,
    ],
    [
      'ten thousand members',
      () => JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`m${n}`, n]))),
      422,
    ],
    ['a long name', () => JSON.stringify({ ...lamp, name: 'x'.repeat(257) }), 422],
  ])('%s is refused', async (_, body, status) => {
    const answer = await anna('POST', '/items', { body: body(), headers: json });
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body).length).toBeLessThan(50_000);
  });

  it('what is compressed is not inflated', async () => {
    const headers = { ...json, 'content-encoding': 'gzip' };
    const answer = await anna('POST', '/items', { body: Uint8Array.of(0x1f, 0x8b, 8, 0), headers });
    expect([400, 415]).toContain(answer.status);
  });

  it.each([
    ['more work than a computation may be', { type: 'sum-parts', input: { parts: 9e15 } }],
    ['more steps than a computation may take', { type: 'count-steps', input: { steps: 2_147_483_647 } }],
    ['an input of 3 KB', { type: 'sum-parts', input: { parts: 1, pad: 'x'.repeat(3_000) } }],
  ])('%s is 422', async (_, body) => {
    expect((await anna('POST', '/computations', { body })).status).toBe(422);
  });

  it.each([
    '/items?limit=1000000000',
    '/items?limit=-1',
    '/computations?limit=1e9',
    `/items?cursor=${'A'.repeat(5_000)}`,
    `/items?${Array.from({ length: 500 }, (_, n) => `a${n}=1`).join('&')}`,
  ])('a page is of a bounded size: %.40s', async (path) => {
    expect((await anna('GET', path)).status).toBe(422);
  });

  it('headers of more than 10 KB are refused by the gateway', async () => {
    const head = `GET /health HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`;
    expect(statusesOf(await exchange(platform.url, head))).toEqual([431]);
  });

  it('waiting is capped', async () => {
    const { body } = await anna('POST', '/computations', { body: sum(9), headers: { prefer: 'wait=20' } });
    const answer = await anna('GET', `/computations/${body.id}`, { headers: { prefer: 'wait=999999999' } });
    expect(answer.status).toBe(200);
  });

  it('slow clients hold no function and keep nobody waiting', async () => {
    const token = await tokenOf(platform.url);
    const items = platform.functions.find(({ label }) => label === 'items');
    await anna('GET', '/items/7');
    const before = items?.instances;
    const slow = await Promise.all(
      Array.from({ length: 60 }, async (_, n) => {
        const socket = await rawConnection(platform.url);
        const rest = n % 2 === 0 ? '' : 'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{';
        socket.write(`POST /items HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n${rest}`);
        return socket;
      }),
    );
    const started = performance.now();
    expect((await anna('GET', '/items/7')).status).toBe(200);
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(items?.instances).toBe(before);
    for (const socket of slow) socket.destroy();
  });
});

describe('API5 Broken function level authorization', () => {
  const guarded = allOperations.filter(({ scope }) => scope !== null);
  const scopes = [...new Set(guarded.flatMap(({ scope }) => scope ?? []))];
  const target = (path: string) =>
    path.replace('{id}', path.startsWith('/items') ? '7' : 'AAAAAAAAAAAAAAAAAAAAAA');

  it.each(scopes)('%s allows what asks for it, and nothing else', async (scope) => {
    const token = await tokenOf(platform.url, { tenant: 'carl', scope });
    for (const operation of guarded) {
      const methods = operation.method === 'GET' ? ['GET', 'HEAD'] : [operation.method];
      for (const method of methods) {
        const { status, headers } = await withToken(token, target(operation.path), method);
        const name = `${method} ${operation.path} with ${scope}`;
        if (operation.scope === scope) expect(status, name).not.toBe(403);
        else {
          expect(status, name).toBe(403);
          expect(headers.get('www-authenticate')).toContain('insufficient_scope');
        }
      }
    }
  });

  it.each(['', 'items', 'items/*', 'ITEMS/READ', 'items/readx', 'aitems/read', 'items/write', 'admin', '*'])(
    'the scope %j does not read items',
    async (scope) => {
      const answer = await withToken(await forger.signed({ scope }));
      expect([answer.status, answer.body]).toEqual([403, { message: 'Forbidden' }]);
    },
  );

  it('scopes may come as a list, as some issuers write them', async () => {
    expect((await withToken(await forger.signed({ scope: undefined, scp: ['items/read'] }))).status).toBe(
      200,
    );
    expect((await withToken(await forger.signed({ scope: undefined, scp: ['x'] }))).status).toBe(403);
  });

  it.each(['x-http-method-override', 'x-http-method', 'x-method-override', '_method'])(
    '%s makes no DELETE of a GET',
    async (header) => {
      const token = await tokenOf(platform.url, { tenant: 'anna', scope: 'items/read' });
      const call = anonymous(platform.url);
      const headers = { authorization: `Bearer ${token}`, [header]: 'DELETE' };
      expect((await call('GET', '/items/7', { headers })).status).toBe(200);
      expect((await call('POST', '/items/7?_method=DELETE', { headers })).status).toBe(405);
      expect((await anna('GET', '/items/7')).status).toBe(200);
    },
  );

  it.each([
    '//items/7',
    '/./items/7',
    '/items//7',
    '/health/../items/7',
    '/health/%2e%2e/items/7',
    '/items/7;x=1',
    '/ITEMS/7',
    '/items/7/',
    '/health/items/7',
    '/openapi.json/../items/7',
    '/%69tems/7',
    '/items%2f7',
    '/health%2f..%2fitems%2f7',
    '/items/7%00',
    '/items/7%0d%0aX: y',
    'http://localhost/items/7',
  ])('%s reaches nothing without a token', async (path) => {
    const answer = await exchange(
      platform.url,
      `GET ${path.replace(' ', '%20')} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect([400, 401]).toContain(statusesOf(answer)[0]);
    expect(answer).not.toContain('Lamp');
  });
});

describe('API6 Unrestricted access to sensitive business flows', () => {
  it('the same work a hundred times is one computation', async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => anna('POST', '/computations', { body: sum(123_456) })),
    );
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  });

  it('the same request a hundred times is one item', async () => {
    const call = { headers: { 'idempotency-key': '"hundred"' }, body: lamp };
    const answers = await Promise.all(Array.from({ length: 100 }, () => anna('POST', '/items', call)));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  });
});

describe('API7 Server side request forgery', () => {
  it('no address in any input is ever called', async () => {
    const url = `${canary.url}/metadata`;
    const headers = {
      'x-forwarded-host': canary.url,
      'x-forwarded-for': '169.254.169.254',
      'x-original-url': url,
      forwarded: `host=${canary.url}`,
      referer: url,
      origin: canary.url,
    };
    await anna('POST', '/items', { body: { name: url, description: url }, headers });
    await anna('POST', '/computations', { body: { type: url, input: { url } }, headers });
    await anna('POST', '/computations', { body: { type: 'read-items', input: {} }, headers });
    await anna('GET', `/items?cursor=${encodeURIComponent(url)}`, { headers });
    await exchange(platform.url, `GET ${url} HTTP/1.1\r\nHost: ${canary.url}\r\nConnection: close\r\n\r\n`);
    await exchange(platform.url, `CONNECT ${canary.url.slice(7)} HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(canary.calls).toBe(0);
  });
});

describe('API8 Security misconfiguration', () => {
  /** Texts that mean something to somebody, at the places where a client may write text. */
  const payloads = [
    `'; DROP TABLE items; --`,
    `" OR attribute_exists(pk) OR "`,
    '{"$gt":""}',
    `{{7*7}}\${7*7}#{7*7}<%= 7*7 %>`,
    '<script>alert(1)</script>',
    '../../../../etc/passwd',
    '$(id)`id`|id;id',
    'null',
    '__proto__',
    'constructor',
    '#tenant = :tenant',
    'a\u0000b',
    'line\r\nSet-Cookie: session=stolen',
    '\u2028\u202e\ufeff',
    '\ud83d\ude00'.repeat(20),
    '%00%0d%0aX-Injected: 1',
    '{"S":"x"}',
  ];

  it.each(payloads)('%j is text wherever text may be, and refused elsewhere', async (text) => {
    const answers: Answer[] = [];
    const call = async (...input: Parameters<typeof anna>) => {
      const answer = await anna(...input);
      answers.push(answer);
      return answer;
    };
    const body = { name: text, description: text };
    const made = await call('POST', '/items', { body });
    if (made.status === 201) {
      expect((await call('GET', `/items/${made.body.id}`)).body).toMatchObject(body);
      await call('DELETE', `/items/${made.body.id}`);
    } else expect(made.status).toBe(422);

    const uri = encodeURIComponent(text);
    for (const path of [
      `/items/${uri}`,
      `/items?cursor=${uri}`,
      `/items?limit=${uri}`,
      `/items?${uri}=1`,
      `/computations/${uri}`,
      `/computations?status=${uri}`,
      `/computations?type=${uri}`,
      `/computations?cursor=${uri}`,
      `/${uri}`,
    ])
      await call('GET', path);
    await call('POST', '/computations', { body: { type: text, input: { n: text, [text]: text } } });
    await call('POST', '/computations', { body: { type: 'sum-parts', input: { parts: text } } });
    const value = text.replaceAll(/[^\x20-\x7e]/g, '?');
    for (const header of [
      'idempotency-key',
      'if-match',
      'if-none-match',
      'prefer',
      'cache-control',
      'traceparent',
    ])
      await call('PUT', '/items/71', { body: lamp, headers: { [header]: value } });

    for (const { status, headers, body: answered } of answers) {
      expect(status).toBeLessThan(500);
      expect(headers.get('set-cookie')).toBeNull();
      expect(headers.get('x-injected')).toBeNull();
      expect(JSON.stringify(answered)).not.toMatch(
        /ValidationException|arn:aws|node_modules|\bat .*:\d+:\d+/,
      );
    }
  });

  it('half a surrogate is no text', async () => {
    const answer = await anna('POST', '/items', { body: '{"name":"\\ud800","description":""}' });
    expect([400, 422]).toContain(answer.status);
  });

  const token = () => tokenOf(platform.url, { tenant: 'anna' });
  const smuggled = 'DELETE /items/7 HTTP/1.1\r\nHost: x\r\n\r\n';
  it.each<[string, string]>([
    ['a length and chunks', `Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`],
    ['chunks in disguise', `Transfer-Encoding: xchunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${smuggled}`],
    ['chunks twice', `Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${smuggled}`],
    ['two lengths', `Content-Length: 0\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`],
    ['a negative length', `Content-Length: -1\r\n\r\n${smuggled}`],
    ['a length that is no number', `Content-Length: 0x5\r\n\r\nabcde${smuggled}`],
    ['a chunk of no size', `Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n${smuggled}`],
    ['a space before the colon', `Content-Length : 4\r\n\r\nabcd${smuggled}`],
    ['a folded header', `X-A: b\r\n Content-Length: 4\r\n\r\nabcd${smuggled}`],
    ['a bare carriage return', `X-A: b\rContent-Length: 4\r\n\r\n${smuggled}`],
    ['a NUL', `X-A: b\u0000c\r\n\r\n${smuggled}`],
  ])('%s smuggle no second request past the first', async (_, rest) => {
    const authorization = `Authorization: Bearer ${await token()}\r\n`;
    const inner = rest.replace('Host: x\r\n\r\n', `Host: x\r\n${authorization}\r\n`);
    const received = await exchange(
      platform.url,
      `POST /items HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${authorization}${inner}`,
    );
    expect(statusesOf(received)).toEqual([400]);
    expect((await anna('GET', '/items/7')).status).toBe(200);
  });

  it('every answer has the headers of an API, none tells what runs it, and CORS is off', async () => {
    const headers = { origin: 'https://evil.example' };
    for (const path of ['/items', '/items/unknown', '/nothing', '/health', '/openapi.json']) {
      const answer = await anna('GET', path, { headers });
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(answer.headers.get('strict-transport-security')).toBeTruthy();
      for (const name of ['server', 'x-powered-by', 'access-control-allow-origin'])
        expect(answer.headers.get(name)).toBeNull();
    }
    const preflight = { ...headers, 'access-control-request-method': 'DELETE' };
    const answer = await anonymous(platform.url)('OPTIONS', '/items/7', { headers: preflight });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  it.each(['TRACE', 'PROPFIND', 'PURGE', 'LINK'])('%s is no method here', async (method) => {
    const received = await exchange(
      platform.url,
      `${method} /items/7 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${await token()}\r\nConnection: close\r\n\r\n`,
    );
    expect([400, 405]).toContain(statusesOf(received)[0]);
    expect(received).not.toContain('Bearer ey');
  });
});

describe('API9 Improper inventory management', () => {
  it('what is documented is all that there is', async () => {
    const { body } = await anonymous(platform.url)('GET', '/openapi.json');
    const documented = Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(documented.sort()).toEqual(allOperations.map(({ method, path }) => `${method} ${path}`).sort());
  });

  it.each([
    '/admin',
    '/debug',
    '/.env',
    '/.git/config',
    '/v1/items',
    '/metrics',
    '/graphql',
    '/docs',
    '/swagger.json',
  ])('%s is not there, and a stranger does not learn even that', async (path) => {
    unauthorized(await anonymous(platform.url)('GET', path));
    expect((await anna('GET', path)).status).toBe(404);
  });
});

describe('API10 Unsafe consumption of APIs', () => {
  it('a message that nobody of us wrote breaks no worker', async () => {
    const owner = ownerOf(platform);
    for (const message of [
      '',
      ' ',
      'null',
      '[]',
      '{"format":1}',
      '{"format":1,"kind":"node"}',
      'x'.repeat(200_000),
    ])
      await owner.send('QueuesWork', message || ' ');
    const { body } = await anna('POST', '/computations', { body: sum(77), headers: { prefer: 'wait=20' } });
    expect(body).toMatchObject({ status: 'succeeded' });
  });
});
