import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import {
  type HttpOptions,
  httpHandler,
  type Reply,
  type Request,
  route,
} from '../../../functions/lib/http/handler.ts';
import type { RequestHeader } from '../../../functions/lib/http/headers/header.ts';
import { operation } from '../../../functions/lib/http/operation.ts';
import { conflict, Problem, unavailable } from '../../../functions/lib/http/problem.ts';
import { call, httpEvent, lambdaContext, operationFor, type TestRequest } from '../../support/events.ts';
import { captureLog } from '../../support/log.ts';

let log: ReturnType<typeof captureLog>;
beforeEach(() => {
  log = captureLog();
});
afterEach(() => {
  log.restore();
  vi.unstubAllEnvs();
});

const common = { summary: '', responses: {} } as const;
const other: RequestHeader<string | undefined, 'X-Other'> = {
  name: 'X-Other',
  description: 'Another header',
  read: ({ header }) => header('X-Other'),
};
const write = operation({
  ...common,
  id: 'write',
  method: 'PATCH',
  path: '/things/{id}',
  scope: 'things/write',
  params: () => z.object({ id: z.string() }),
  query: () => z.strictObject({ q: z.optional(z.string()) }),
  headers: [other],
  body: {
    contentTypes: ['application/json', 'application/merge-patch+json'],
    maxBytes: 256 * 1024,
    content: () => ({ schema: z.strictObject({ text: z.optional(z.string()) }) }),
  },
});
const read = operation({
  ...common,
  id: 'read',
  method: 'GET',
  path: '/things',
  scope: 'things/read',
  headers: [other],
});
const open = operation({
  ...common,
  id: 'open',
  method: 'GET',
  path: '/open',
  scope: null,
  headers: [other],
});

type Logic = (request: Request<unknown, unknown, unknown, 'X-Other'>) => Reply | Promise<Reply>;
const echo: Logic = ({ tenant, params, query, body, path, timeEpoch, requestId }) => ({
  status: 200,
  body: { tenant, params, query, body, path, timeEpoch, requestId },
});
const handlerOf = (logic: Logic = echo, options: Partial<HttpOptions> = {}) =>
  httpHandler([route(write, logic), route(read, logic), route(open, logic)], {
    tenantClaim: 'sub',
    ...options,
  });
const send = (request: TestRequest, logic?: Logic, options?: Partial<HttpOptions>) => {
  const pattern = operationFor([write, read, open], request.method ?? 'GET', request.path ?? '/')?.path;
  return call(handlerOf(logic, options), { claims: { sub: 'ann' }, ...(pattern && { pattern }), ...request });
};
const sendBody = (body: unknown, headers: Record<string, string> = {}) =>
  send({ method: 'PATCH', path: '/things/1', body, headers });

describe('a request', () => {
  it('reaches logic checked and parsed', async () => {
    const answer = await send({ method: 'PATCH', path: '/things/a%20b?q=x', body: { text: 'y' } });
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: {
        tenant: 'SZFeDX1LQC4wF9AQvBwOg8',
        params: { id: 'a b' },
        query: { q: 'x' },
        body: { text: 'y' },
        path: '/things/a b',
        timeEpoch: Date.parse('2026-11-20T12:00:00Z'),
        requestId: 'JKJaXmPLvHcESHA=',
      },
    });
  });

  it('reads headers whatever the case of their names', async () => {
    const logic: Logic = (request) => ({ status: 200, body: other.read(request) ?? null });
    expect((await send({ path: '/open', headers: { 'x-OTHER': 'here' } }, logic)).body).toBe('here');
    expect((await send({ path: '/open' }, logic)).body).toBeNull();
  });

  it('has only the headers that its operation declares, or does not compile', () => {
    const bare = operation({ ...common, id: 'bare', method: 'GET', path: '/bare', scope: null });
    route(open, (request) => ({ status: 200, body: other.read(request) }));
    // @ts-expect-error `bare` declares no header
    route(bare, (request) => ({ status: 200, body: other.read(request) }));
    // @ts-expect-error `open` declares another one
    route(open, ({ header }) => ({ status: 200, body: header('Cookie') }));
  });

  it('for HEAD is answered like GET, without a body, errors too', async () => {
    const get = await send({ path: '/open' });
    expect(await send({ path: '/open', method: 'HEAD' })).toEqual({ ...get, body: undefined });
    expect(await send({ path: '/open?x=1', method: 'HEAD' })).toMatchObject({ status: 422, body: undefined });
  });
});

describe('a body', () => {
  const limit = 256 * 1024;
  const sized = (bytes: number) => `{"text":"${'x'.repeat(bytes - 11)}"}`;

  it('is read from base64 as from text', async () => {
    const types = ['application/json', 'application/json; charset=UTF-8', 'application/merge-patch+json'];
    for (const type of types) {
      expect(await sendBody({ text: 'é😀' }, { 'Content-Type': type })).toMatchObject({
        status: 200,
        body: { body: { text: 'é😀' } },
      });
    }
  });

  it.each(['application/json', 'application/merge-patch+json'])(
    'of %s may have 256 KiB, measured after decoding',
    async (type) => {
      expect((await sendBody(sized(limit), { 'Content-Type': type })).status).toBe(200);
      expect(await sendBody(sized(limit + 1), { 'Content-Type': type })).toMatchObject({
        status: 413,
        body: { detail: 'The body must have 262144 bytes or less' },
      });
      expect((await sendBody(`{"text":"${'é'.repeat(limit / 2)}"}`, { 'Content-Type': type })).status).toBe(
        413,
      );
    },
  );

  it.each([
    [''],
    ['text/plain'],
    ['application/x-www-form-urlencoded'],
    ['application/jsonx'],
    ['application/json; charset=latin1'],
  ])('of the type %s is 415', async (type) => {
    expect(await sendBody('{}', { 'Content-Type': type })).toMatchObject({
      status: 415,
      headers: { 'accept-patch': 'application/json, application/merge-patch+json' },
    });
  });

  it('that is compressed is 415', async () => {
    expect(await sendBody({}, { 'Content-Encoding': 'gzip' })).toMatchObject({
      status: 415,
      headers: { 'accept-encoding': 'identity' },
    });
    expect((await sendBody({}, { 'Content-Encoding': 'identity' })).status).toBe(200);
  });

  it('that is not UTF-8 is 400', async () => {
    const body = Buffer.from([...Buffer.from('{"text":"'), 0xff, ...Buffer.from('"}')]);
    expect(await sendBody(body, { 'Content-Type': 'application/merge-patch+json' })).toMatchObject({
      status: 400,
      body: { detail: 'The body is not UTF-8' },
    });
  });

  it.each(['', '{', '{"text":"a","text":"b"}', 'NaN', "{'text': 1}"])('of %s is 400', async (body) => {
    expect((await sendBody(body)).status).toBe(400);
  });

  it('is checked in this order: type, size, UTF-8, JSON, schema', async () => {
    const huge = 'x'.repeat(limit + 1);
    expect((await sendBody(huge, { 'Content-Type': 'text/plain' })).status).toBe(415);
    expect((await sendBody(huge)).status).toBe(413);
    expect((await sendBody('{"unknown":')).status).toBe(400);
    expect((await sendBody('{"unknown":1}')).status).toBe(422);
  });
});

describe('an error', () => {
  const failing = (error: unknown) =>
    send({ path: '/open' }, () => {
      throw error;
    });

  it('that is a problem is answered as it says', async () => {
    const problem = new Problem(418, 'No coffee', {
      type: 'urn:teapot',
      title: 'Teapot',
      headers: { Brew: 'tea' },
    });
    expect(await failing(problem)).toMatchObject({
      status: 418,
      headers: { brew: 'tea', 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
      body: { type: 'urn:teapot', title: 'Teapot', status: 418, detail: 'No coffee', instance: '/open' },
    });
    expect(await failing(conflict('Twice'))).toMatchObject({
      body: { type: 'about:blank', title: 'Conflict' },
    });
    expect(await failing(unavailable(7))).toMatchObject({ status: 503, headers: { 'retry-after': '7' } });
  });

  const like = (properties: object) => Object.assign(new Error('secret'), properties);
  it.each([
    [
      'throttling',
      like({ name: 'ThrottlingException', $fault: 'client', $metadata: { httpStatusCode: 400 } }),
    ],
    ['a failing service', like({ name: 'InternalServerError', $fault: 'server' })],
    ['a refused access', like({ name: 'AccessDeniedException', $fault: 'client' })],
    ['what the SDK would try again', like({ $retryable: {} })],
    ['a timeout', like({ name: 'TimeoutError' })],
    ['an aborted call', like({ name: 'AbortError' })],
    ['no connection', like({ code: 'ECONNREFUSED' })],
    ['no name', like({ code: 'ENOTFOUND' })],
    ['missing credentials', like({ name: 'CredentialsProviderError' })],
  ])('of the infrastructure (%s) is 503 with Retry-After', async (_, error) => {
    const answer = await failing(error);
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': expect.stringMatching(/^\d+$/) } });
    expect(JSON.stringify(answer)).not.toContain('secret');
  });

  it.each([
    ['an exception', new TypeError('secret')],
    ['a wrong request to DynamoDB', like({ name: 'ValidationException', $fault: 'client' })],
    ['a text', 'secret'],
    ['nothing', undefined],
  ])('of our own (%s) is 500 and tells nothing, but is logged', async (_, error) => {
    const answer = await failing(error);
    expect(answer).toMatchObject({
      status: 500,
      headers: { 'content-type': 'application/problem+json' },
      body: { type: 'about:blank', title: 'Internal Server Error' },
    });
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(log.lines.at(-1)).toMatchObject({ level: 'ERROR', status: 500, error: expect.anything() });
  });

  it('of the function’s own domain is told as the function says', async () => {
    class Tired extends Error {}
    const tired: Logic = () => {
      throw new Tired();
    };
    const problemOf = (error: unknown) => (error instanceof Tired ? conflict('Later') : undefined);
    expect(await send({ path: '/open' }, tired, { problemOf })).toMatchObject({
      status: 409,
      body: { detail: 'Later' },
    });
    expect((await send({ path: '/open' }, tired)).status).toBe(500);
  });

  it('is answered before the invocation ends when logic takes too long', async () => {
    const event = httpEvent({ path: '/open', pattern: '/open' });
    const forever: Logic = () => new Promise(() => {});
    const answer = await handlerOf(forever)(event, lambdaContext(210));
    expect(answer.statusCode).toBe(503);
  });

  it('names the path as a URI, unless it is very long', async () => {
    const at = async (path: string) => (await send({ path })).body.instance;
    expect(await at('/no such “thing”')).toBe('/no%20such%20%E2%80%9Cthing%E2%80%9D');
    expect(await at(`/${'x'.repeat(5_000)}`)).toBeUndefined();
  });

  it('of a request that API Gateway matched to no route is 404, however its path is spelled, or what the function says', async () => {
    expect((await send({ path: '/nowhere' })).status).toBe(404);
    expect((await send({ path: '/things', method: 'DELETE' })).status).toBe(404);
    for (const path of ['/open/', '//open', '/OPEN', '/./open', '/%6fpen']) {
      expect((await send({ path })).status, path).toBe(404);
    }
    const options = {
      notFound: (method: string, path: string) => new Problem(405, `${method} ${path}`),
    };
    expect(await send({ path: '/things', method: 'OPTIONS' }, echo, options)).toMatchObject({
      status: 405,
      body: { detail: 'OPTIONS /things' },
    });
  });
});

describe('the tenant', () => {
  const tenantOf = async (sub: string) => (await send({ path: '/things', claims: { sub } })).body.tenant;

  it('is a hash of the configured claim', async () => {
    // printf ann | openssl dgst -sha256 -binary | base64, as base64url
    expect(await tenantOf('ann')).toBe('SZFeDX1LQC4wF9AQvBwOg8');
    expect(await tenantOf('bob')).not.toBe(await tenantOf('ann'));
    expect(await tenantOf('é'.repeat(1_000))).toMatch(/^[\w-]{22}$/);
  });

  it.each<[string, Record<string, string> | undefined]>([
    ['no token', undefined],
    ['a token without it', { other: 'ann' }],
    ['an empty one', { sub: '' }],
  ])('is missing for %s: 401, before anything else is looked at', async (_, claims) => {
    const request = { method: 'PATCH', path: '/things/1', body: '{', claims };
    expect(await send(request)).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer' },
    });
  });

  it('is not needed where no token is', async () => {
    expect((await send({ path: '/open' })).status).toBe(200);
  });

  it('is not taken from a property that every object has', async () => {
    const request = { path: '/things', claims: { sub: 'ann' } };
    expect((await send(request, echo, { tenantClaim: 'constructor' })).status).toBe(401);
  });
});

it('every answer forbids browsers to run it, frame it or guess its type', async () => {
  for (const path of ['/open', '/nowhere']) {
    expect((await send({ path })).headers).toMatchObject({
      'content-security-policy': expect.stringContaining("default-src 'none'; frame-ancestors 'none'"),
      'x-content-type-options': 'nosniff',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'referrer-policy': 'no-referrer',
    });
  }
});

describe('the log', () => {
  it('has one line a request, without body, query and token', async () => {
    vi.stubEnv('_X_AMZN_TRACE_ID', 'Root=1-2-3;Parent=4;Sampled=1');
    await send({
      method: 'PATCH',
      path: '/things/1?q=private',
      pattern: '/things/{id}',
      body: { text: 'private' },
      headers: { Authorization: 'Bearer private' },
      claims: { sub: 'private' },
    });
    expect(log.lines).toEqual([
      {
        level: 'INFO',
        timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
        message: 'request',
        requestId: 'JKJaXmPLvHcESHA=',
        traceId: '1-2-3',
        invocationId: '8e03978e-40d5-43dd-bc93-6894a57f9324',
        route: 'PATCH /things/{id}',
        status: 200,
        durationMs: expect.any(Number),
        coldStart: false,
        readUnits: 0,
        writeUnits: 0,
        refusedWrites: 0,
        tenant: expect.stringMatching(/^[\w-]{22}$/),
        // what CloudWatch counts; test/unit/observability says how
        FunctionName: 'unknown',
        Route: 'PATCH /things/{id}',
        StatusClass: '2xx',
        Requests: 1,
        RequestDuration: expect.any(Number),
        ColdStarts: 0,
        ResponsesFromCache: 0,
        _aws: expect.anything(),
      },
    ]);
    expect(JSON.stringify(log.lines)).not.toContain('private');
  });

  it('has the id in the path under the name that the function gives it', async () => {
    const request = { method: 'PATCH', path: '/things/1', body: {}, claims: { sub: 'a' } };
    await send(request, echo, { idOf: 'computation' });
    await send(request);
    await send({ path: '/open' }, echo, { idOf: 'computation' });
    expect(log.lines.map(({ computation }) => computation)).toEqual(['1', undefined, undefined]);
  });

  it('counts a cached answer, which is one with an age', async () => {
    await send({ path: '/open' }, () => ({ status: 200, headers: { Age: '3' }, body: {} }));
    expect(log.lines.map(({ ResponsesFromCache }) => ResponsesFromCache)).toEqual([1]);
  });

  it('has the cause of a 5xx, and of no other answer', async () => {
    await send({ path: '/nowhere' });
    await send({ path: '/open' }, () => {
      throw new Error('the cause');
    });
    expect(log.lines.map(({ level, error }) => [level, error?.message])).toEqual([
      ['INFO', undefined],
      ['ERROR', 'the cause'],
    ]);
  });
});
