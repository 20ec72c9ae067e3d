import { type Computation, isActive } from '../engine/computation.ts';
import type { Progress } from '../engine/progress.ts';
import type { Reply } from '../http/handler.ts';
import { toView } from './schema.ts';

/** Seconds after which it is worth while to read an active computation again. */
const RETRY_AFTER = '1';

/** What every answer with one computation says about when to come back, and about the wait that was granted. */
export const pollingHeaders = (computation: Computation, waited: number | undefined) => ({
  ...(isActive(computation) && { 'Retry-After': RETRY_AFTER }),
  ...(waited !== undefined && { 'Preference-Applied': `wait=${waited}` }),
});

/** 202 with the place to look while the computation is active, 200 once it has finished. */
export const acceptedReply = (
  computation: Computation,
  progress: Progress,
  waited: number | undefined,
): Reply => ({
  status: isActive(computation) ? 202 : 200,
  headers: { Location: `/computations/${computation.id}`, ...pollingHeaders(computation, waited) },
  body: toView(computation, progress),
});
