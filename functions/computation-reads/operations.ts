import { computation, computationParams } from '../lib/computations/schema.ts';
import { grantedWait } from '../lib/computations/wait.ts';
import { cacheControl } from '../lib/http/headers/cache-control.ts';
import { ifMatch, ifNoneMatch } from '../lib/http/headers/preconditions.ts';
import { age, etag, preferenceApplied, retryAfter } from '../lib/http/headers/response.ts';
import { type AnyOperation, operation } from '../lib/http/operation.ts';
import { problemResponse } from '../lib/http/problem-responses.ts';
import { api } from '../limits.ts';

/** The `Prefer: wait=N` of a read. */
export const wait = grantedWait(api.maxWaitSeconds);

export const readComputation = operation({
  id: 'readComputation',
  method: 'GET',
  path: '/computations/{id}',
  scope: 'computations/read',
  summary: 'Read a computation and its progress, or wait for it',
  params: computationParams,
  headers: [wait, ifMatch, ifNoneMatch, cacheControl],
  responses: {
    200: {
      description: 'The computation',
      headers: [etag, age, retryAfter, preferenceApplied],
      content: () => ({ schema: computation() }),
    },
    304: { description: 'It is as it was', headers: [etag, age, retryAfter] },
    400: problemResponse('A header is malformed'),
    404: problemResponse('There is no such computation'),
    412: problemResponse('It has none of the entity tags that `If-Match` asks for'),
    422: problemResponse('The id has another form'),
  },
});

/** Reads alone, in a function of their own: they may be held open for long, and nothing else waits for them. */
export const operations: readonly AnyOperation[] = [readComputation];
