import { activeCount } from '../lib/aws/active-count.ts';
import { dynamoComputationStore } from '../lib/aws/computation-store.ts';
import { dynamoDb } from '../lib/aws/dynamodb-client.ts';
import { lazyWorkQueue } from '../lib/aws/lazy-work-queue.ts';
import { acceptedReply } from '../lib/computations/polling.ts';
import { toSummary, toView } from '../lib/computations/schema.ts';
import { limitActive } from '../lib/engine/active-limit.ts';
import { cancel, list, remove } from '../lib/engine/manage.ts';
import { progressOf } from '../lib/engine/progress.ts';
import { retry } from '../lib/engine/submit.ts';
import { readEnvironment } from '../lib/environment.ts';
import { type CursorScope, decodeCursor, encodeCursor, invalidCursor } from '../lib/http/cursor.ts';
import { deferred, httpHandler, route } from '../lib/http/handler.ts';
import { nextLink } from '../lib/http/links.ts';
import { conflict, notFound } from '../lib/http/problem.ts';
import { ResponseCache } from '../lib/http/response-cache.ts';
import { observeEngine } from '../lib/observability/engine.ts';
import { systemClock, systemRandom } from '../lib/ports.ts';
import { environment } from './environment.ts';
import { cancelComputation, deleteComputation, listComputations, retryComputation } from './operations.ts';

const settings = readEnvironment(environment);
const store = limitActive(dynamoComputationStore(dynamoDb, settings.COMPUTATIONS_TABLE), {
  max: settings.ACTIVE_PER_TENANT,
  count: activeCount(dynamoDb, settings.COMPUTATIONS_TABLE),
  clock: systemClock,
});
const engine = {
  store,
  queue: lazyWorkQueue(settings.WORK_QUEUE_URL).queue,
  clock: systemClock,
  random: systemRandom,
  observe: observeEngine,
  limits: {
    retentionMs: settings.RETENTION_DAYS * 86_400_000,
    maxAgeMs: settings.MAX_AGE_SECONDS * 1_000,
    sweepAfterMs: settings.SWEEP_AFTER_SECONDS * 1_000,
  },
};

const missing = () => notFound('Computation not found');

/** Loaded with the first submission, for nothing else needs the kernels. */
const submitRoute = deferred('POST', '/computations', async () =>
  (await import('./submit.ts')).submitRoute(engine),
);

const listRoute = route(listComputations, async ({ tenant, path, query }) => {
  const { limit, cursor, status, type } = query;
  const scope: CursorScope = { tenant, route: path, filters: { status, type } };
  const [after] = cursor === undefined ? [] : decodeCursor(scope, cursor);
  if (typeof after === 'number') throw invalidCursor();
  const page = await list(engine, tenant, { status, type }, after, limit);
  const next = page.next === undefined ? undefined : encodeCursor(scope, [page.next]);
  return {
    status: 200,
    headers: next === undefined ? {} : { Link: nextLink(path, { limit, status, type }, next) },
    body: { computations: page.computations.map(toSummary), next },
  };
});

const cancelRoute = route(cancelComputation, async ({ tenant, params: { id } }) => {
  const cancelled = await cancel(engine, { tenant, id });
  if ('applied' in cancelled) {
    return { status: 200, body: toView(cancelled.applied, await progressOf(engine, cancelled.applied)) };
  }
  if (cancelled.refused === undefined) throw missing();
  throw conflict(`The computation has ${cancelled.refused.status} already`);
});

const retryRoute = route(retryComputation, async ({ tenant, params: { id } }) => {
  const retried = await retry(engine, { tenant, id });
  if ('applied' in retried) {
    return acceptedReply(retried.applied, await progressOf(engine, retried.applied), undefined);
  }
  if (retried.refused === undefined) throw missing();
  throw conflict(
    `The computation is ${retried.refused.status}; only a failed or cancelled one can be retried`,
  );
});

const deleteRoute = route(deleteComputation, async ({ tenant, params: { id } }) => {
  const removed = await remove(engine, { tenant, id });
  if ('applied' in removed) return { status: 204 };
  if (removed.refused === undefined) throw missing();
  throw conflict(`The computation is ${removed.refused.status}; cancel it first`);
});

export const handler = httpHandler([submitRoute, listRoute, cancelRoute, retryRoute, deleteRoute], {
  tenantClaim: settings.TENANT_CLAIM,
  idOf: 'computation',
  memory: new ResponseCache(settings.RESPONSE_CACHE_BYTES, systemClock),
});
