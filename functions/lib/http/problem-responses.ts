import * as z from 'zod/mini';
import { lazy } from '../lazy.ts';
import type { HeaderDescription } from './headers/header.ts';
import type { ResponseDescription } from './operation.ts';

const FieldError = lazy(() =>
  z
    .object({
      pointer: z
        .string()
        .check(
          z.describe(
            'A JSON pointer as a URI fragment: `#/name` in the body; `#/path/…`, `#/query/…` and `#/header/…` elsewhere',
          ),
        ),
      detail: z.string(),
    })
    .check(z.meta({ id: 'FieldError' })),
);

/** A body of problem details (RFC 9457). */
export const Problem = lazy(() =>
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
      errors: z.optional(z.array(FieldError()).check(z.describe('Every place that breaks the schema'))),
    })
    .check(z.meta({ id: 'Problem' })),
);

/** An answer that is an error; its body is problem details. */
export const problemResponse = (
  description: string,
  headers: readonly HeaderDescription[] = [],
): ResponseDescription => ({ description, headers, content: () => ({ schema: Problem() }) });

/** What every operation with a body may refuse. */
export const bodyProblems = ({ maxBytes }: { readonly maxBytes: number }) => ({
  400: problemResponse('The body is not JSON or not UTF-8, or a header is malformed'),
  413: problemResponse(`The body has more than ${maxBytes / 1_024} KiB`),
  415: problemResponse('The body is of another media type'),
  422: problemResponse('The request breaks its schema; `errors` names the places'),
});
