import { readComputation } from '../computations/operations.ts';
import { dynamoComputationStore } from '../lib/aws/computation-store.ts';
import { dynamoDb } from '../lib/aws/dynamodb-client.ts';
import { pollingHeaders } from '../lib/computations/polling.ts';
import { toView } from '../lib/computations/schema.ts';
import { grantedWait, waitForEnd } from '../lib/computations/wait.ts';
import { read } from '../lib/engine/manage.ts';
import { readEnvironment } from '../lib/environment.ts';
import { digest } from '../lib/http/digest.ts';
import { httpHandler, route } from '../lib/http/handler.ts';
import { notFound } from '../lib/http/problem.ts';
import { isUnchanged, representationHeaders } from '../lib/http/representation.ts';
import { ResponseCache } from '../lib/http/response-cache.ts';
import { systemClock } from '../lib/ports.ts';
import { environment } from './environment.ts';

const settings = readEnvironment(environment);
const store = dynamoComputationStore(dynamoDb, settings.COMPUTATIONS_TABLE);

const readRoute = route(readComputation, async (request) => {
  const { tenant, params } = request;
  const key = { tenant, id: params.id };
  const waited = grantedWait(request);
  if (waited !== undefined) await waitForEnd(store, key, request.timeEpoch + waited * 1_000);

  const found = await read({ store, clock: systemClock }, key);
  if (found === undefined) throw notFound('Computation not found');
  const { computation, progress } = found;
  const body = toView(computation, progress);
  // Of this life of the id, and of all that is shown: no other representation can have the same tag.
  const etag = digest(computation.epoch, String(computation.attempt), JSON.stringify(body)).slice(0, 22);
  const headers = { ...representationHeaders(etag), ...pollingHeaders(computation, waited) };
  if (isUnchanged(request, etag)) return { status: 304, headers };
  return { status: 200, headers, body };
});

export const handler = httpHandler([readRoute], {
  tenantClaim: settings.TENANT_CLAIM,
  idOf: 'computation',
  memory: new ResponseCache(settings.RESPONSE_CACHE_BYTES, systemClock),
});
