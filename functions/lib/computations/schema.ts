import * as z from 'zod/mini';
import { type Computation, isActive, STATUSES } from '../engine/computation.ts';
import type { Progress } from '../engine/progress.ts';
import { timestamp } from '../http/schemas.ts';
import { lazy } from '../lazy.ts';

/** The id of a computation: 128 bits in base64url. */
export const ComputationId = lazy(() =>
  z
    .string()
    .check(
      z.regex(/^[A-Za-z0-9_-]{22}$/, 'must be the 22 characters of a computation’s id'),
      z.describe('Names the computation within its tenant'),
    ),
);

/** The input of a computation is at most this many bytes of canonical JSON. */
export const MAX_INPUT_BYTES = 2_048;

export const ComputationStatus = lazy(() => z.enum(STATUSES));

/** A computation as its list shows it. */
export const ComputationSummary = lazy(() =>
  z.strictObject({
    id: ComputationId(),
    type: z.string(),
    version: z.int().check(z.describe('The version of the type that computes it')),
    input: z.unknown().check(z.describe('The input, with its defaults')),
    status: ComputationStatus(),
    result: z.optional(z.unknown().check(z.describe('What the type says, once it has succeeded'))),
    error: z.optional(
      z
        .strictObject({ type: z.string(), title: z.string(), detail: z.string() })
        .check(z.describe('Why it failed (RFC 9457)')),
    ),
    createdAt: timestamp(),
    startedAt: z.optional(timestamp()),
    finishedAt: z.optional(timestamp()),
  }),
);

/** A computation as it is read by itself. */
export const ComputationView = lazy(() =>
  z.extend(ComputationSummary(), {
    progress: z
      .strictObject({ done: z.int(), total: z.int() })
      .check(z.describe('Parts, or for a sequential type steps; the total of some types grows')),
  }),
);

const iso = (ms: number): string => new Date(ms).toISOString();

/** What of a computation's record its tenant may see. */
export const toSummary = (computation: Computation): z.output<ReturnType<typeof ComputationSummary>> => {
  const { id, type, version, input, status, createdAt, startedAt } = { startedAt: undefined, ...computation };
  return {
    id,
    type,
    version,
    input,
    status,
    ...(computation.status === 'succeeded' && { result: computation.result }),
    ...(computation.status === 'failed' && { error: computation.error }),
    createdAt: iso(createdAt),
    ...(startedAt !== undefined && { startedAt: iso(startedAt) }),
    ...(!isActive(computation) && { finishedAt: iso(computation.finishedAt) }),
  };
};

export const toView = (
  computation: Computation,
  progress: Progress,
): z.output<ReturnType<typeof ComputationView>> => ({
  ...toSummary(computation),
  progress,
});
