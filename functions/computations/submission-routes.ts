import * as z from 'zod/mini';
import { kernels } from '../kernels/index.ts';
import { ComputationView } from '../lib/computations/schema.ts';
import {
  bodyProblems,
  idempotencyKeyHeader,
  location,
  problemResponse,
  retryAfter,
} from '../lib/http/documentation.ts';
import { operation } from '../lib/http/operation.ts';
import { lazy } from '../lib/lazy.ts';
import { running, succeeded, tooManyActive, waitApplied, waitHeader } from './operations.ts';

/** A submission: each type with the input that it takes. */
const NewComputation = lazy(() => {
  const [first, ...others] = kernels.map(({ name, input, description }) =>
    z.strictObject({ type: z.literal(name), input }).check(z.describe(description)),
  );
  if (first === undefined) throw new Error('there is no kernel');
  const typeNames = kernels.map(({ name }) => name).join(', ');
  return z.discriminatedUnion('type', [first, ...others], {
    error: ({ input }) =>
      typeof input === 'object' && input !== null ? `must be one of ${typeNames}` : 'must be an object',
  });
});

export const submitComputation = operation({
  id: 'submitComputation',
  method: 'POST',
  path: '/computations',
  scope: 'computations/write',
  summary: 'Submit a computation',
  description:
    'The same pure work is computed once: submitted again it answers with the running or the finished computation, and a failed or cancelled one goes on. `Cache-Control: no-cache` asks for a run of its own. With an `Idempotency-Key` it answers what the first request with that key made, for as long as that computation is kept.',
  headers: {
    'Idempotency-Key': idempotencyKeyHeader,
    Prefer: waitHeader,
    'Cache-Control': { description: '`no-cache` asks for a fresh run under a new id', example: 'no-cache' },
  },
  body: {
    contentTypes: ['application/json'],
    get schema() {
      return NewComputation();
    },
    get examples() {
      return Object.fromEntries(
        kernels.map(({ name, example }) => [name, { type: name, input: example.input }]),
      );
    },
  },
  get responses() {
    return {
      200: {
        description: 'It has finished already',
        schema: ComputationView(),
        headers: { Location: location, 'Preference-Applied': waitApplied },
        example: succeeded,
      },
      202: {
        description: 'Accepted, or still at work',
        schema: ComputationView(),
        headers: { Location: location, 'Retry-After': retryAfter, 'Preference-Applied': waitApplied },
        example: { ...running, status: 'queued' as const, progress: { done: 0, total: 100 } },
      },
      ...bodyProblems,
      429: tooManyActive,
      422: problemResponse(
        'The body breaks its schema, asks for more work than a computation may be, or the key was used with another payload',
      ),
    };
  },
});
