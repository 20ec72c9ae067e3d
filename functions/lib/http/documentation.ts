import * as z from 'zod/mini';
import { lazy } from '../lazy.ts';
import type { HeaderDescription, ResponseDescription } from './operation.ts';

/** Headers and answers that operations have in common, as the OpenAPI document describes them. */

export const etag: HeaderDescription = {
  description: 'The entity tag of this representation; never used again for another one',
  example: '"7mY1u0u2kX1zC5b9pQ4h3A"',
};

export const link: HeaderDescription = {
  description: 'The next page, where there is one (RFC 8288)',
  example: '</items?limit=20&cursor=WyJ4Il0>; rel="next"',
};

export const retryAfter: HeaderDescription = {
  description: 'Whole seconds until it makes sense to ask again',
  example: '2',
};

export const age: HeaderDescription = {
  description: 'The age of an answer from memory, in seconds; absent from one that was read for this request',
  example: '3',
};

export const cacheControlHeader: HeaderDescription = {
  description:
    '`max-age=N` accepts an answer up to N seconds old; `stale-if-error=N` accepts one in place of a 503. At most an hour. Without them every answer is read from the database',
  example: 'max-age=5, stale-if-error=600',
};

export const location: HeaderDescription = { description: 'Where the resource is' };

export const ifMatchHeader: HeaderDescription = {
  description: 'Only if the resource is there (`*`) or has one of these entity tags; else 412',
  example: '"7mY1u0u2kX1zC5b9pQ4h3A"',
};

export const ifNoneMatchHeader: HeaderDescription = {
  description: 'Only if the resource is not there (`*`) or has none of these entity tags; else 304 or 412',
  example: '"7mY1u0u2kX1zC5b9pQ4h3A"',
};

export const idempotencyKeyHeader: HeaderDescription = {
  description:
    'A quoted string of 1 to 255 characters. The same key and payload answer what the first request made; a key is kept as long as its record',
  example: '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
};

const fieldError = () =>
  z.object({
    pointer: z
      .string()
      .check(
        z.describe(
          'A JSON pointer as a URI fragment: `#/name` in the body; `#/path/…`, `#/query/…` and `#/header/…` elsewhere',
        ),
      ),
    detail: z.string(),
  });

/** A body of problem details (RFC 9457). */
export const problem = lazy(() =>
  z
    .object({
      type: z
        .string()
        .check(
          z.describe('A URI that names the kind of problem; `about:blank` says no more than the status'),
        ),
      title: z.string(),
      status: z.int(),
      detail: z.optional(z.string()),
      instance: z.optional(z.string().check(z.describe('The path of the request'))),
      errors: z.optional(z.array(fieldError()).check(z.describe('Every place that breaks the schema'))),
    })
    .check(z.meta({ title: 'Problem' })),
);

/** An answer that is an error; its body is problem details. */
export const problemResponse = (
  description: string,
  headers?: Readonly<Record<string, HeaderDescription>>,
): ResponseDescription => ({
  description,
  get schema() {
    return problem();
  },
  ...(headers ? { headers } : {}),
});

/** What every operation with a body may answer. */
export const bodyProblems = {
  400: problemResponse('The body is not JSON or not UTF-8, or a header is malformed'),
  413: problemResponse('The body has more than 256 KiB'),
  415: problemResponse('The body is of another media type'),
  422: problemResponse('The request breaks its schema; `errors` names the places'),
} as const;
