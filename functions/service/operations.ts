import * as z from 'zod/mini';
import { etag, ifMatchHeader, ifNoneMatchHeader, problemResponse } from '../lib/http/documentation.ts';
import { type AnyOperation, operation } from '../lib/http/operation.ts';
import { lazy } from '../lib/lazy.ts';

const badQuery = { 422: problemResponse('There is no query parameter here; `errors` names those that came') };

/** What a document that never changes by a request takes and refuses. */
const conditional = {
  headers: { 'If-Match': ifMatchHeader, 'If-None-Match': ifNoneMatchHeader },
  refusals: {
    400: problemResponse('A header is malformed'),
    412: problemResponse('It has none of the entity tags that `If-Match` asks for'),
    ...badQuery,
  },
};

export const health = operation({
  id: 'health',
  method: 'GET',
  path: '/health',
  scope: null,
  summary: 'Whether the service answers',
  get responses() {
    return {
      200: {
        description: 'It does',
        schema: z.object({ status: z.literal('pass'), description: z.string() }),
        example: { status: 'pass', description: 'Spillway (dev)' },
      },
      ...badQuery,
    };
  },
});

export const openApi = operation({
  id: 'openApi',
  method: 'GET',
  path: '/openapi.json',
  scope: null,
  summary: 'This document',
  headers: conditional.headers,
  get responses() {
    return {
      200: {
        description: 'An OpenAPI 3.1 document',
        schema: z.looseObject({ openapi: z.string() }),
        headers: { ETag: etag },
      },
      304: { description: 'It still has the entity tag of `If-None-Match`', headers: { ETag: etag } },
      ...conditional.refusals,
    };
  },
});

/** What a client needs to know of a computation type. */
const computationType = lazy(() =>
  z
    .object({
      name: z.string(),
      version: z.int(),
      description: z.string(),
      input: z.looseObject({}).check(z.describe('A JSON Schema')),
      output: z.looseObject({}).check(z.describe('A JSON Schema')),
      example: z.object({ input: z.unknown(), output: z.unknown() }),
    })
    .check(z.meta({ title: 'ComputationType' })),
);

export const computationTypes = operation({
  id: 'computationTypes',
  method: 'GET',
  path: '/computation-types',
  scope: 'computations/read',
  summary: 'What can be computed',
  headers: conditional.headers,
  get responses() {
    return {
      200: {
        description: 'Every type, with the JSON Schema of its input and output and an example',
        schema: z.object({ types: z.array(computationType()) }),
        headers: { ETag: etag },
      },
      304: { description: 'It still has the entity tag of `If-None-Match`', headers: { ETag: etag } },
      ...conditional.refusals,
    };
  },
});

export const operations: readonly AnyOperation[] = [health, openApi, computationTypes];
