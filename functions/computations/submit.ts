import { waitForEnd } from '../lib/computations/wait.ts';
import { type Computation, isActive } from '../lib/engine/computation.ts';
import type { Kernel } from '../lib/engine/kernel.ts';
import { type Progress, progressOf } from '../lib/engine/progress.ts';
import { submit as submitWork } from '../lib/engine/submit.ts';
import { invalid, unavailable } from '../lib/http/problem.ts';
import { annotate } from '../lib/observability/context.ts';
import { workOf } from './work.ts';

export interface Submission {
  readonly tenant: string;
  /** The name of the type. */
  readonly type: string;
  /** Checked by the type's own schema, with its defaults. */
  readonly input: unknown;
  readonly idempotencyKey: string | undefined;
  /** Whether it is to be computed anew although its result may be known. */
  readonly fresh: boolean;
  /** Until when to wait for its end, in milliseconds since the epoch; undefined: not at all. */
  readonly waitUntil: number | undefined;
}

/** What an engine needs for it: a store, a queue, a clock. */
type Engine = Parameters<typeof submitWork>[0];

/**
 * Submits a computation, or finds the one that is there for the same work or key, and waits for its end if asked to.
 *
 * @throws Problem 422 for a type that is not known, an input that is refused or a key that is used; 503 when others
 * were faster again and again.
 */
export const submit = async (
  engine: Engine,
  kernels: readonly Kernel[],
  submission: Submission,
): Promise<{ readonly computation: Computation; readonly progress: Progress }> => {
  const { tenant, type, input, idempotencyKey: key, fresh, waitUntil } = submission;
  const kernel = kernels.find(({ name }) => name === type);
  if (kernel === undefined) throw invalid([{ pointer: '#/type', detail: 'is not known' }]);
  const submitted = await submitWork(engine, workOf({ tenant, kernel, input, key, fresh }));
  if (submitted.outcome === 'contended') throw unavailable();
  if (submitted.outcome === 'key-reused') {
    throw invalid([{ pointer: '#/header/idempotency-key', detail: 'was used with another payload' }]);
  }
  let { computation } = submitted;
  annotate({ computation: computation.id, type: computation.type });
  if (waitUntil !== undefined && isActive(computation)) {
    await waitForEnd(engine.store, computation, waitUntil);
    computation = (await engine.store.read(computation)) ?? computation;
  }
  return { computation, progress: await progressOf(engine, computation) };
};
