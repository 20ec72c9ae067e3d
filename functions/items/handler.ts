import { dynamoDb, singleAttemptDynamoDb } from '../lib/aws/dynamodb-client.ts';
import { readEnvironment } from '../lib/environment.ts';
import { canonicalJson } from '../lib/http/canonical.ts';
import { decodeCursor, encodeCursor, invalidCursor } from '../lib/http/cursor.ts';
import { httpHandler, route } from '../lib/http/handler.ts';
import type { Headers } from '../lib/http/headers.ts';
import { digest, idempotencyKey } from '../lib/http/idempotency.ts';
import { nextLink } from '../lib/http/links.ts';
import { ifMatch, ifNoneMatch } from '../lib/http/preconditions.ts';
import { conflict, invalid, notFound, type Problem, preconditionFailed } from '../lib/http/problem.ts';
import { isUnchanged, representationHeaders } from '../lib/http/representation.ts';
import { ResponseCache } from '../lib/http/response-cache.ts';
import { systemClock, systemRandom } from '../lib/ports.ts';
import { environment } from './environment.ts';
import { createItem, deleteItem, listItems, patchItem, readItem, replaceItem } from './operations.ts';
import { type ItemRecord, toItem } from './record.ts';
import { itemStore } from './store.ts';

const settings = readEnvironment(environment);
const items = itemStore({ retrying: dynamoDb, singleAttempt: singleAttemptDynamoDb }, settings.ITEMS_TABLE, {
  clock: systemClock,
  random: systemRandom,
});

const preconditions = (request: Headers) => ({
  ifMatch: ifMatch(request),
  ifNoneMatch: ifNoneMatch(request),
});

const etag = (record: ItemRecord) => ({ ETag: `"${record._etag}"` });
const location = (record: ItemRecord) => ({ Location: `/items/${record.id}` });

const problems: Record<'exists' | 'key-reused' | 'missing' | 'mismatch', () => Problem> = {
  exists: () => conflict('Item already exists'),
  'key-reused': () =>
    invalid([{ pointer: '#/header/idempotency-key', detail: 'was used with another payload' }]),
  missing: () => notFound('Item not found'),
  mismatch: preconditionFailed,
};

export const handler = httpHandler(
  [
    route(createItem, async (request) => {
      const key = idempotencyKey(request);
      const result = await items.create(
        request.tenant,
        request.body,
        key === undefined
          ? undefined
          : { key: digest(request.tenant, key), payload: digest(canonicalJson(request.body)) },
      );
      if (result.kind !== 'created') throw problems[result.kind]();
      const { record } = result;
      return { status: 201, headers: { ...location(record), ...etag(record) }, body: toItem(record) };
    }),

    route(listItems, async ({ tenant, path, query: { limit, cursor } }) => {
      const scope = { tenant, route: listItems.id, filters: {} };
      const [after] = cursor === undefined ? [] : decodeCursor(scope, cursor);
      if (typeof after === 'string' || !Number.isSafeInteger(after ?? 0)) throw invalidCursor();
      const { records, next } = await items.list(tenant, { after, limit });
      const nextCursor = next === undefined ? undefined : encodeCursor(scope, [next]);
      return {
        status: 200,
        headers: nextCursor === undefined ? {} : { Link: nextLink(path, { limit }, nextCursor) },
        body: { items: records.map(toItem), next: nextCursor },
      };
    }),

    route(readItem, async (request) => {
      const record = await items.read(request.tenant, request.params.id);
      if (record === undefined) throw problems.missing();
      const headers = representationHeaders(record._etag);
      if (isUnchanged(request, record._etag)) return { status: 304, headers };
      return { status: 200, headers, body: toItem(record) };
    }),

    route(replaceItem, async (request) => {
      const { tenant, params, body } = request;
      const result = await items.replace(tenant, params.id, body, preconditions(request));
      if (result.kind !== 'written') throw problems[result.kind]();
      const { record, created } = result;
      return created
        ? { status: 201, headers: { ...location(record), ...etag(record) }, body: toItem(record) }
        : { status: 200, headers: etag(record), body: toItem(record) };
    }),

    route(patchItem, async (request) => {
      const { tenant, params, body } = request;
      const result = await items.patch(tenant, params.id, body, preconditions(request));
      if (result.kind !== 'written') throw problems[result.kind]();
      return { status: 200, headers: etag(result.record), body: toItem(result.record) };
    }),

    route(deleteItem, async (request) => {
      const result = await items.remove(request.tenant, request.params.id, preconditions(request));
      if (result.kind !== 'deleted') throw problems[result.kind]();
      return { status: 204 };
    }),
  ],
  {
    tenantClaim: settings.TENANT_CLAIM,
    memory: new ResponseCache(settings.RESPONSE_CACHE_BYTES, systemClock),
  },
);
