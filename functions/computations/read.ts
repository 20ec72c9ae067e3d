import { dynamoComputationStore } from '../lib/aws/computation-store.ts';
import { dynamoDb } from '../lib/aws/dynamodb-client.ts';
import { config } from '../lib/config.ts';
import { read } from '../lib/engine/manage.ts';
import { digest } from '../lib/http/digest.ts';
import { notFound } from '../lib/http/problem.ts';
import { isUnchanged, representationHeaders } from '../lib/http/representation.ts';
import { httpHandler, route } from '../lib/middleware/http.ts';
import { systemClock } from '../lib/ports.ts';
import { AnswerMemory } from '../lib/resilience/answer-memory.ts';
import { courtesies } from './answer.ts';
import { readComputation } from './routes.ts';
import { toView } from './schema.ts';
import { grantedWait, waitForEnd } from './wait.ts';

const settings = config('COMPUTATIONS_TABLE', 'TENANT_CLAIM', 'ANSWER_MEMORY_BYTES');
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
  const headers = { ...representationHeaders(etag), ...courtesies(computation, waited) };
  if (isUnchanged(request, etag)) return { status: 304, headers };
  return { status: 200, headers, body };
});

export const handler = httpHandler([readRoute], {
  tenantClaim: settings.TENANT_CLAIM,
  idOf: 'computation',
  memory: new AnswerMemory(settings.ANSWER_MEMORY_BYTES, systemClock),
});
