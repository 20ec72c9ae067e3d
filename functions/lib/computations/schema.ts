import * as z from 'zod/mini';
import { type Computation, isActive, STATUSES } from '../engine/computation.ts';
import type { Progress } from '../engine/progress.ts';
import { timestamp } from '../http/schemas.ts';
import { lazy } from '../lazy.ts';

/** The path parameter of a computation: 128 bits in base64url. */
const computationId = lazy(() =>
  z
    .string()
    .check(
      z.regex(/^[A-Za-z0-9_-]{22}$/, 'must be the 22 characters of a computation’s id'),
      z.describe('Names the computation within its tenant'),
    ),
);

export const computationParams = lazy(() => z.strictObject({ id: computationId() }));

export const computationStatus = lazy(() => z.enum(STATUSES).check(z.meta({ id: 'ComputationStatus' })));

const failure = lazy(() =>
  z
    .strictObject({ type: z.string(), title: z.string(), detail: z.string() })
    .check(z.meta({ id: 'ComputationError', description: 'Why it failed (RFC 9457)' })),
);

const progress = lazy(() =>
  z.strictObject({ done: z.int(), total: z.int() }).check(
    z.meta({
      id: 'Progress',
      description: 'Parts, or for a sequential type steps; the total of some types grows',
    }),
  ),
);

/** What a list shows of a computation of any type. */
export const summaryFields = lazy(() => ({
  id: computationId(),
  type: z.string(),
  version: z.int().check(z.describe('The version of the type that computes it')),
  input: z.unknown().check(z.describe('The input, with its defaults')),
  status: computationStatus(),
  result: z.optional(z.unknown().check(z.describe('What the type says, once it has succeeded'))),
  error: z.optional(failure()),
  createdAt: timestamp(),
  startedAt: z.optional(timestamp()),
  finishedAt: z.optional(timestamp()),
}));

/** What is shown of a computation that is read by itself. */
export const computationFields = lazy(() => ({ ...summaryFields(), progress: progress() }));

/** A computation of any type. */
export const computation = lazy(() =>
  z.strictObject(computationFields()).check(z.meta({ id: 'Computation' })),
);

/** A page of computations, each as the schema says. */
export const pageOf = (summary: z.ZodMiniType) =>
  z
    .object({ computations: z.array(summary), next: z.optional(z.string()) })
    .check(z.meta({ id: 'ComputationPage' }));

export const computationPage = lazy(() =>
  pageOf(z.strictObject(summaryFields()).check(z.meta({ id: 'ComputationSummary' }))),
);

type Summary = z.output<z.ZodMiniObject<ReturnType<typeof summaryFields>>>;
type View = z.output<z.ZodMiniObject<ReturnType<typeof computationFields>>>;

const iso = (ms: number): string => new Date(ms).toISOString();

/** What of a computation's record its tenant may see. */
export const toSummary = (record: Computation): Summary => {
  const { id, type, version, input, status, createdAt, startedAt } = { startedAt: undefined, ...record };
  return {
    id,
    type,
    version,
    input,
    status,
    ...(record.status === 'succeeded' && { result: record.result }),
    ...(record.status === 'failed' && { error: record.error }),
    createdAt: iso(createdAt),
    ...(startedAt !== undefined && { startedAt: iso(startedAt) }),
    ...(!isActive(record) && { finishedAt: iso(record.finishedAt) }),
  };
};

/** The same with its progress. */
export const toView = (record: Computation, progress: Progress): View => ({ ...toSummary(record), progress });
