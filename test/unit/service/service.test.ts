import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernels } from '../../../functions/kernels/registry.ts';
import { manifest } from '../../../functions/manifest.ts';
import { operations as serviceOperations } from '../../../functions/service/operations.ts';
import { service } from '../../../functions/service/service.ts';
import { computationTypes, openApiDocument } from '../../../infra/bundle/openapi.ts';
import { allOperations as operationsIn } from '../../../infra/suite.ts';
import { contractOf } from '../../support/contract.ts';
import { call, type TestRequest } from '../../support/events.ts';
import { captureLog } from '../../support/log.ts';

const allOperations = operationsIn(manifest);

let log: ReturnType<typeof captureLog>;
beforeAll(() => {
  log = captureLog();
});
afterAll(() => log.restore());

const documents = { openApi: openApiDocument(allOperations), computationTypes: computationTypes(kernels) };
const handler = service(documents, { stage: 'local', tenantClaim: 'sub' });
const checkContract = contractOf(serviceOperations);
const send = async (request: TestRequest) => {
  const reply = await call(handler, request);
  checkContract(request.method ?? 'GET', request.path ?? '/', reply);
  return reply;
};
const claims = { sub: 'ann' };

it('is healthy without a token', async () => {
  expect(await send({ path: '/health' })).toMatchObject({
    status: 200,
    headers: { 'cache-control': 'no-store' },
    body: { status: 'pass', description: 'Spillway (local)' },
  });
  expect(await send({ path: '/health', method: 'HEAD' })).toMatchObject({ status: 200, body: undefined });
});

it.each([
  ['/openapi.json', documents.openApi],
  ['/computation-types', documents.computationTypes],
])('serves %s, and 304 to those who have it', async (path, document) => {
  const first = await send({ path, claims });
  expect(first).toMatchObject({
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-cache' },
  });
  expect(first.body).toEqual(JSON.parse(JSON.stringify(document)));
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

describe('what no route answers', () => {
  it.each([
    ['PUT', '/items', 'POST, GET, HEAD'],
    ['POST', '/items/1', 'GET, HEAD, PUT, PATCH, DELETE'],
    ['OPTIONS', '/computations', 'POST, GET, HEAD'],
    ['GET', '/computations/x/cancel', 'POST'],
    ['HEAD', '/computations/x/retry', 'POST'],
    ['DELETE', '/health', 'GET, HEAD'],
    ['TRACE', '/openapi.json', 'GET, HEAD'],
  ])('%s %s is 405 with what the path takes', async (method, path, allow) => {
    const { status, headers } = await send({ method, path, claims });
    expect([status, headers.allow?.split(', ').sort()]).toEqual([405, allow.split(', ').sort()]);
  });

  it.each([
    ['GET', '/'],
    ['GET', '/item'],
    ['POST', '/items/'],
    ['GET', '/items/1/2'],
    ['GET', '/computations//cancel'],
    ['GET', '/items/constructor/__proto__'],
    ['GET', '/Items'],
    ['BREW', '/coffee'],
  ])('%s %s is 404', async (method, path) => {
    expect(await call(handler, { method, path, claims })).toMatchObject({
      status: 404,
      headers: { 'content-type': 'application/problem+json' },
    });
  });
});
