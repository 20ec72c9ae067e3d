import * as z from 'zod/mini';
import {
  ComputationId,
  ComputationStatus,
  ComputationSummary,
  ComputationView,
} from '../lib/computations/schema.ts';
import {
  age,
  cacheControlHeader,
  etag,
  ifMatchHeader,
  ifNoneMatchHeader,
  link,
  location,
  problemResponse,
  retryAfter,
} from '../lib/http/documentation.ts';
import { operation } from '../lib/http/operation.ts';
import { cursor, limit } from '../lib/http/schemas.ts';
import { lazy } from '../lib/lazy.ts';

const summary = {
  id: 'rXJ3sDLPbbXKJmgB8pOZlw',
  type: 'prime-count',
  version: 1,
  input: { to: 1_000_000_000 },
  status: 'running' as const,
  createdAt: '2026-11-20T12:00:00.000Z',
  startedAt: '2026-11-20T12:00:00.100Z',
};
export const running = { ...summary, progress: { done: 37, total: 100 } };
export const succeeded = {
  ...summary,
  status: 'succeeded' as const,
  progress: { done: 100, total: 100 },
  result: { count: 50_847_534 },
  finishedAt: '2026-11-20T12:00:03.000Z',
};
const cancelled = { ...running, status: 'cancelled' as const, finishedAt: '2026-11-20T12:00:02.000Z' };

export const waitHeader = {
  description:
    '`wait=N` holds the answer until the computation has finished or N seconds have passed (RFC 7240); 25 at most.',
  example: 'wait=10',
};
export const waitApplied = { description: 'The seconds that were granted, where a wait was asked for' };

const id = lazy(() => z.strictObject({ id: ComputationId() }));
const missing = problemResponse('There is no such computation');
const badId = problemResponse('The id has another form');

export const tooManyActive = problemResponse('There are as many active computations as the tenant may have', {
  'Retry-After': retryAfter,
});

export const listComputations = operation({
  id: 'listComputations',
  method: 'GET',
  path: '/computations',
  scope: 'computations/read',
  summary: 'List computations',
  description:
    'Newest first, without progress. A filter applies to each page, which may then be short, even empty, and still have a next.',
  headers: { 'Cache-Control': cacheControlHeader },
  get query() {
    return z.strictObject({
      limit: limit(),
      cursor: z.optional(cursor()),
      status: z.optional(ComputationStatus().check(z.describe('Only those of this status'))),
      type: z.optional(
        z.string().check(z.minLength(1), z.maxLength(100), z.describe('Only those of this type')),
      ),
    });
  },
  get responses() {
    return {
      200: {
        description: 'A page; `next` is the cursor of the next one, where there is one',
        schema: z.object({ computations: z.array(ComputationSummary()), next: z.optional(z.string()) }),
        headers: { Link: link, Age: age },
        example: { computations: [summary] },
      },
      422: problemResponse('A parameter is out of range or unknown; `errors` names it'),
    };
  },
});

export const readComputation = operation({
  id: 'readComputation',
  method: 'GET',
  path: '/computations/{id}',
  scope: 'computations/read',
  summary: 'Read a computation and its progress, or wait for it',
  get params() {
    return id();
  },
  headers: {
    Prefer: waitHeader,
    'If-Match': ifMatchHeader,
    'If-None-Match': ifNoneMatchHeader,
    'Cache-Control': cacheControlHeader,
  },
  get responses() {
    return {
      200: {
        description: 'The computation',
        schema: ComputationView(),
        headers: { ETag: etag, Age: age, 'Retry-After': retryAfter, 'Preference-Applied': waitApplied },
        example: running,
      },
      304: { description: 'It is as it was', headers: { ETag: etag, Age: age, 'Retry-After': retryAfter } },
      400: problemResponse('A header is malformed'),
      404: missing,
      412: problemResponse('It has none of the entity tags that `If-Match` asks for'),
      422: badId,
    };
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
  get params() {
    return id();
  },
  get responses() {
    return {
      200: { description: 'Cancelled', schema: ComputationView(), example: cancelled },
      404: missing,
      409: problemResponse('It has finished already'),
      422: badId,
    };
  },
});

export const retryComputation = operation({
  id: 'retryComputation',
  method: 'POST',
  path: '/computations/{id}/retry',
  scope: 'computations/write',
  summary: 'Go on with a failed or cancelled computation',
  description: 'It goes on from the parts that it has.',
  get params() {
    return id();
  },
  get responses() {
    return {
      202: {
        description: 'Accepted again',
        schema: ComputationView(),
        headers: { Location: location, 'Retry-After': retryAfter },
        example: running,
      },
      404: missing,
      409: problemResponse('It is neither failed nor cancelled'),
      422: badId,
      429: tooManyActive,
    };
  },
});

export const deleteComputation = operation({
  id: 'deleteComputation',
  method: 'DELETE',
  path: '/computations/{id}',
  scope: 'computations/write',
  summary: 'Delete a finished computation',
  get params() {
    return id();
  },
  get responses() {
    return {
      204: { description: 'Deleted' },
      404: missing,
      409: problemResponse('It is still active; cancel it first'),
      422: badId,
    };
  },
});
