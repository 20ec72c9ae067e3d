import { findKernel } from '../kernels/index.ts';
import { acceptedReply } from '../lib/computations/polling.ts';
import { grantedWait, waitForEnd } from '../lib/computations/wait.ts';
import { isActive } from '../lib/engine/computation.ts';
import { progressOf } from '../lib/engine/progress.ts';
import { submit } from '../lib/engine/submit.ts';
import { route } from '../lib/http/handler.ts';
import { idempotencyKey } from '../lib/http/idempotency.ts';
import { invalid, unavailable } from '../lib/http/problem.ts';
import { annotate } from '../lib/observability/context.ts';
import { submitComputation } from './submission-routes.ts';
import { workOf } from './work.ts';

/** `POST /computations`, for which an engine is needed that stores, sends and reads. */
export const submitRoute = (engine: Parameters<typeof submit>[0]) =>
  route(submitComputation, async (request) => {
    const { tenant, body } = request;
    const kernel = findKernel(body.type);
    if (kernel === undefined) throw invalid([{ pointer: '#/type', detail: 'is not known' }]);
    const key = idempotencyKey(request);
    const fresh = /(^|,)\s*no-cache\s*(,|$)/i.test(request.header('Cache-Control') ?? '');
    const waited = grantedWait(request);

    const submitted = await submit(engine, workOf({ tenant, kernel, input: body.input, key, fresh }));
    if (submitted.outcome === 'contended') throw unavailable();
    if (submitted.outcome === 'key-reused') {
      throw invalid([{ pointer: '#/header/idempotency-key', detail: 'was used with another payload' }]);
    }
    let { computation } = submitted;
    annotate({ computation: computation.id, type: computation.type });
    if (waited !== undefined && isActive(computation)) {
      await waitForEnd(engine.store, computation, request.timeEpoch + waited * 1_000);
      computation = (await engine.store.read(computation)) ?? computation;
    }
    return acceptedReply(computation, await progressOf(engine, computation), waited);
  });
