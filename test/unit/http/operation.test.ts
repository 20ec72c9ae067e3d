import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { cacheControl } from '../../../functions/lib/http/headers/cache-control.ts';
import { etag, location } from '../../../functions/lib/http/headers/response.ts';
import {
  operation,
  requestHeaderNames,
  responseHeaderNames,
  routeKeys,
} from '../../../functions/lib/http/operation.ts';

const common = { id: 'x', path: '/x', scope: null, summary: '', responses: {} } as const;

describe('an operation', () => {
  it('is what it was described as', () => {
    const described = { ...common, method: 'GET' } as const;
    expect(operation(described)).toEqual(described);
  });

  it('makes each schema once, when it is first needed', async () => {
    let made = 0;
    const count = () => {
      made += 1;
      return z.object({});
    };
    const { params, query, body } = operation({
      ...common,
      method: 'POST',
      params: count,
      query: count,
      body: { contentTypes: ['a/b'], maxBytes: 1, content: async () => ({ schema: count() }) },
    });
    expect(made).toBe(0);
    for (let n = 0; n < 2; n += 1) {
      params?.();
      query?.();
      await body?.content();
    }
    expect(made).toBe(3);
  });

  it('has a route for its method, and one for HEAD beside GET', () => {
    expect(routeKeys({ method: 'GET', path: '/x/{id}' })).toEqual(['GET /x/{id}', 'HEAD /x/{id}']);
    expect(routeKeys({ method: 'POST', path: '/x' })).toEqual(['POST /x']);
  });
});

describe('the headers of operations', () => {
  const read = operation({
    ...common,
    method: 'GET',
    headers: [cacheControl],
    responses: { 200: { description: '', headers: [etag] }, 304: { description: '', headers: [etag] } },
  });
  const write = operation({
    ...common,
    method: 'POST',
    scope: 'x/write',
    body: {
      contentTypes: ['application/json'],
      maxBytes: 1_024,
      content: () => Promise.reject(new Error('not needed')),
    },
    responses: { 201: { description: '', headers: [location, etag] } },
  });

  it('are those that a browser may send: what is declared, and what a token and a body need', () => {
    expect(requestHeaderNames([read])).toEqual(['Cache-Control', 'traceparent']);
    expect(requestHeaderNames([write, read])).toEqual([
      'Authorization',
      'Cache-Control',
      'Content-Type',
      'traceparent',
    ]);
  });

  it('are those that a browser may read: what is declared, each once, and what any answer may have', () => {
    expect(responseHeaderNames([])).toEqual(['Allow', 'Idempotency-Key', 'Retry-After']);
    expect(responseHeaderNames([read, write])).toEqual([
      'Allow',
      'ETag',
      'Idempotency-Key',
      'Location',
      'Retry-After',
    ]);
  });
});
