import * as z from 'zod/mini';
import { ifMatch, ifNoneMatch } from '../lib/http/headers/preconditions.ts';
import { etag } from '../lib/http/headers/response.ts';
import { type AnyOperation, operation } from '../lib/http/operation.ts';
import { problemResponse } from '../lib/http/problem-responses.ts';
import { lazy } from '../lib/lazy.ts';
import { product } from '../product.ts';

const badQuery = { 422: problemResponse('There is no query parameter here; `errors` names those that came') };

/** What a document that only a deployment changes takes and answers besides itself. */
const document = {
  headers: [ifMatch, ifNoneMatch],
  responses: {
    304: { description: 'It still has the entity tag of `If-None-Match`', headers: [etag] },
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
  responses: {
    200: {
      description: 'It does',
      content: () => ({
        schema: z
          .object({ status: z.literal('pass'), description: z.string() })
          .check(z.meta({ id: 'Health' })),
        examples: { pass: { status: 'pass', description: `${product.title} (dev)` } },
      }),
    },
    ...badQuery,
  },
});

export const openApi = operation({
  id: 'openApi',
  method: 'GET',
  path: '/openapi.json',
  scope: null,
  summary: 'This document',
  headers: document.headers,
  responses: {
    200: {
      description: 'An OpenAPI 3.1 document',
      headers: [etag],
      content: () => ({ schema: z.looseObject({ openapi: z.string() }) }),
    },
    ...document.responses,
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
    .check(z.meta({ id: 'ComputationType' })),
);

export const computationTypes = operation({
  id: 'computationTypes',
  method: 'GET',
  path: '/computation-types',
  scope: 'computations/read',
  summary: 'What can be computed',
  headers: document.headers,
  responses: {
    200: {
      description: 'Every type, with the JSON Schema of its input and output and an example',
      headers: [etag],
      content: () => ({ schema: z.object({ types: z.array(computationType()) }) }),
    },
    ...document.responses,
  },
});

export const operations: readonly AnyOperation[] = [health, openApi, computationTypes];
