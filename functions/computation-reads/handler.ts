import { dynamoComputationStore } from '../lib/aws/computation-store.ts';
import { dynamoDb } from '../lib/aws/dynamodb-client.ts';
import { pollingHeaders } from '../lib/computations/polling.ts';
import { computationNotFound } from '../lib/computations/problems.ts';
import { toView } from '../lib/computations/schema.ts';
import { waitForEnd } from '../lib/computations/wait.ts';
import { read } from '../lib/engine/manage.ts';
import { readEnvironment } from '../lib/environment.ts';
import { digest } from '../lib/http/digest.ts';
import { httpHandler, route } from '../lib/http/handler.ts';
import { isUnchanged } from '../lib/http/headers/preconditions.ts';
import { representationHeaders } from '../lib/http/headers/response.ts';
import { ResponseCache } from '../lib/http/response-cache.ts';
import { systemClock } from '../lib/ports.ts';
import { environment } from './environment.ts';
import { readComputation, wait } from './operations.ts';

const settings = readEnvironment(environment);
const store = dynamoComputationStore(dynamoDb, settings.COMPUTATIONS_TABLE);

export const handler = httpHandler(
  [
    route(readComputation, async (request) => {
      const { tenant, params, timeEpoch } = request;
      const key = { tenant, id: params.id };
      const waitSeconds = wait.read(request);
      if (waitSeconds !== undefined) await waitForEnd(store, key, timeEpoch + waitSeconds * 1_000);

      const found = await read({ store, clock: systemClock }, key);
      if (found === undefined) throw computationNotFound();
      const { computation, progress } = found;
      const body = toView(computation, progress);
      // Of this life of the id, and of all that is shown: no other representation can have the same tag.
      const tag = digest(computation.epoch, String(computation.attempt), JSON.stringify(body)).slice(0, 22);
      const representation = representationHeaders(tag);
      const headers = { ...representation, ...pollingHeaders(computation, waitSeconds) };
      if (isUnchanged(request, representation.ETag)) return { status: 304, headers };
      return { status: 200, headers, body };
    }),
  ],
  {
    tenantClaim: settings.TENANT_CLAIM,
    idOf: 'computation',
    cache: new ResponseCache(settings.RESPONSE_CACHE_BYTES, systemClock),
  },
);
