import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { product } from '../../../functions/product.ts';
import { operations } from '../../../functions/service/operations.ts';
import { service } from '../../../functions/service/service.ts';
import { contractOf } from '../../support/contract.ts';
import { call, operationFor, type TestRequest } from '../../support/events.ts';
import { captureLog } from '../../support/log.ts';

let log: ReturnType<typeof captureLog>;
beforeAll(() => {
  log = captureLog();
});
afterAll(() => log.restore());

/** The documents of an API of things. */
const documents = {
  openApi: {
    openapi: '3.1.1',
    paths: {
      '/things': { post: {}, get: {} },
      '/things/{id}': { get: {}, put: {}, delete: {} },
      '/things/{id}/cancel': { post: {} },
      '/health': { get: {} },
    },
  },
  computationTypes: { types: [] },
};
const handler = service(documents, { stage: 'local', tenantClaim: 'sub' });
const checkContract = await contractOf(operations);
const send = async (request: TestRequest) => {
  const { method = 'GET', path = '/' } = request;
  const pattern = operationFor(operations, method, path)?.path;
  const reply = await call(handler, { ...request, ...(pattern && { pattern }) });
  await checkContract(method, path, reply);
  return reply;
};
const claims = { sub: 'ann' };

it('is healthy without a token', async () => {
  expect(await send({ path: '/health' })).toMatchObject({
    status: 200,
    headers: { 'cache-control': 'no-store' },
    body: { status: 'pass', description: `${product.title} (local)` },
  });
  expect(await send({ path: '/health', method: 'HEAD' })).toMatchObject({ status: 200, body: undefined });
});

it.each([
  ['/openapi.json', documents.openApi],
  ['/computation-types', documents.computationTypes],
])('serves %s, and 304 to clients that have it', async (path, document) => {
  const first = await send({ path, claims });
  expect(first).toMatchObject({
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-cache' },
  });
  expect(first.body).toEqual(document);
  const headers = { 'If-None-Match': String(first.headers.etag) };
  expect(await send({ path, claims, headers })).toMatchObject({
    status: 304,
    headers: { etag: first.headers.etag },
    body: undefined,
  });
});

it('needs a tenant for the types, as for everything about computations, but not for the document', async () => {
  expect((await send({ path: '/computation-types' })).status).toBe(401);
  expect((await send({ path: '/openapi.json' })).status).toBe(200);
});

describe('a request that no route leads to', () => {
  it.each([
    ['PUT', '/things', 'POST, GET, HEAD'],
    ['POST', '/things/1', 'GET, HEAD, PUT, DELETE'],
    ['OPTIONS', '/things', 'POST, GET, HEAD'],
    ['GET', '/things/x/cancel', 'POST'],
    ['HEAD', '/things/x/cancel', 'POST'],
    ['DELETE', '/health', 'GET, HEAD'],
    ['TRACE', '/things', 'GET, HEAD, POST'],
  ])('%s %s is 405 with what the path takes', async (method, path, allow) => {
    const { status, headers } = await send({ method, path, claims });
    expect([status, headers.allow?.split(', ').sort()]).toEqual([405, allow.split(', ').sort()]);
  });

  it.each([
    ['GET', '/'],
    ['GET', '/thing'],
    ['POST', '/things/'],
    ['GET', '/things/1/2'],
    ['GET', '/things//cancel'],
    ['GET', '/things/constructor/__proto__'],
    ['GET', '/Things'],
    ['BREW', '/coffee'],
    ['GET', '/health/'],
    ['GET', '/computation-types/'],
    ['GET', '//openapi.json'],
  ])('%s %s is 404', async (method, path) => {
    expect(await send({ method, path, claims })).toMatchObject({
      status: 404,
      headers: { 'content-type': 'application/problem+json' },
    });
  });
});
