import * as z from 'zod/mini';
import {
  computation,
  computationPage,
  computationParams,
  computationStatus,
} from '../lib/computations/schema.ts';
import { type ComputationType, newComputation } from '../lib/computations/types.ts';
import { grantedWait } from '../lib/computations/wait.ts';
import { cacheControl } from '../lib/http/headers/cache-control.ts';
import { idempotencyKey } from '../lib/http/headers/idempotency-key.ts';
import { age, link, location, preferenceApplied, retryAfter } from '../lib/http/headers/response.ts';
import { type AnyOperation, type Deferred, operation } from '../lib/http/operation.ts';
import { problemResponse } from '../lib/http/problem-responses.ts';
import { cursor, limit } from '../lib/http/schemas.ts';
import { api } from '../limits.ts';
import { loadKernels } from './load-kernels.ts';

const missing = problemResponse('There is no such computation');
const badId = problemResponse('The id has another form');
const tooManyActive = problemResponse('There are as many active computations as the tenant may have', [
  retryAfter,
]);

/** The `Prefer: wait=N` of a submission. */
export const wait = grantedWait(api.maxWaitSeconds);

/** The submission of a computation of these types. */
export const submissionOf = (types: Deferred<readonly ComputationType[]>) =>
  operation({
    id: 'submitComputation',
    method: 'POST',
    path: '/computations',
    scope: 'computations/write',
    summary: 'Submit a computation',
    description:
      'The same pure work is computed once: submitted again it answers with the running or the finished computation, and a failed or cancelled one goes on. `Cache-Control: no-cache` asks for a run of its own. With an `Idempotency-Key` it answers what the first request with that key made, for as long as that computation is kept.',
    headers: [
      idempotencyKey,
      wait,
      {
        ...cacheControl,
        description: '`no-cache` asks for a fresh run under a new id',
        example: 'no-cache',
      },
    ],
    body: {
      contentTypes: ['application/json'],
      maxBytes: api.maxBodyBytes,
      content: async () => {
        const known = await types();
        return {
          schema: newComputation(known),
          examples: Object.fromEntries(
            known.map(({ name, example }) => [name, { type: name, input: example.input }]),
          ),
        };
      },
    },
    responses: {
      200: {
        description: 'It has finished already',
        headers: [location, preferenceApplied],
        content: () => ({ schema: computation() }),
      },
      202: {
        description: 'Accepted, or still at work',
        headers: [location, retryAfter, preferenceApplied],
        content: () => ({ schema: computation() }),
      },
      429: tooManyActive,
      422: problemResponse(
        'The body breaks its schema, asks for more work than a computation may be, or the key was used with another payload',
      ),
    },
  });

export const submitComputation = submissionOf(loadKernels);

export const listComputations = operation({
  id: 'listComputations',
  method: 'GET',
  path: '/computations',
  scope: 'computations/read',
  summary: 'List computations',
  description:
    'Newest first, without progress. A filter applies to each page, which may then be short, even empty, and still have a next.',
  headers: [cacheControl],
  query: () =>
    z.strictObject({
      limit: limit(),
      cursor: z.optional(cursor()),
      status: z.optional(computationStatus()).check(z.describe('Only those of this status')),
      type: z.optional(
        z.string().check(z.minLength(1), z.maxLength(100), z.describe('Only those of this type')),
      ),
    }),
  responses: {
    200: {
      description: 'A page; `next` is the cursor of the next one, where there is one',
      headers: [link, age],
      content: () => ({ schema: computationPage() }),
    },
    422: problemResponse('A parameter is out of range or unknown; `errors` names it'),
  },
});

export const cancelComputation = operation({
  id: 'cancelComputation',
  method: 'POST',
  path: '/computations/{id}/cancel',
  scope: 'computations/write',
  summary: 'Cancel a computation',
  description:
    'It is cancelled from that moment for everyone in the tenant who shares it: no result appears any more, and within seconds no further part starts.',
  params: computationParams,
  responses: {
    200: { description: 'Cancelled', content: () => ({ schema: computation() }) },
    404: missing,
    409: problemResponse('It has finished already'),
    422: badId,
  },
});

export const retryComputation = operation({
  id: 'retryComputation',
  method: 'POST',
  path: '/computations/{id}/retry',
  scope: 'computations/write',
  summary: 'Go on with a failed or cancelled computation',
  description: 'It goes on from the parts that it has.',
  params: computationParams,
  responses: {
    202: {
      description: 'Accepted again',
      headers: [location, retryAfter],
      content: () => ({ schema: computation() }),
    },
    404: missing,
    409: problemResponse('It is neither failed nor cancelled'),
    422: badId,
    429: tooManyActive,
  },
});

export const deleteComputation = operation({
  id: 'deleteComputation',
  method: 'DELETE',
  path: '/computations/{id}',
  scope: 'computations/write',
  summary: 'Delete a finished computation',
  params: computationParams,
  responses: {
    204: { description: 'Deleted' },
    404: missing,
    409: problemResponse('It is still active; cancel it first'),
    422: badId,
  },
});

export const operations: readonly AnyOperation[] = [
  submitComputation,
  listComputations,
  cancelComputation,
  retryComputation,
  deleteComputation,
];
