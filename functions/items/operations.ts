import * as z from 'zod/mini';
import { cacheControl } from '../lib/http/headers/cache-control.ts';
import { idempotencyKey } from '../lib/http/headers/idempotency-key.ts';
import { ifMatch, ifNoneMatch } from '../lib/http/headers/preconditions.ts';
import { acceptPatch, age, etag, link, location } from '../lib/http/headers/response.ts';
import { type AnyOperation, type Content, operation } from '../lib/http/operation.ts';
import { problemResponse } from '../lib/http/problem-responses.ts';
import { cursor, limit } from '../lib/http/schemas.ts';
import { api } from '../limits.ts';
import { checkFields } from './check-fields.ts';
import type { Fields } from './fields.ts';
import { itemParams, itemSchemas } from './item-schemas.ts';
import { fields } from './schema.ts';

const badParameters = problemResponse('A parameter is out of range or unknown; `errors` names it');
const badHeader = problemResponse('A header is malformed');
const missing = problemResponse('There is no such item');
const otherState = problemResponse(
  'The item is not in the state that `If-Match` or `If-None-Match` asks for',
);

/** The operations on items that have these fields. */
export const itemOperations = (ofItems: Fields) => {
  const schemas = itemSchemas(ofItems);
  const now = '2026-11-20T12:00:00.000Z';

  /** An example by its name, unless the fields give none. */
  const shown = <T>(schema: z.ZodMiniType<T>, examples: Record<string, object>): Content<T> => ({
    schema,
    examples: schemas.examples() === undefined ? {} : examples,
  });
  const example = () => ({ id: 1, ...schemas.examples(), createdAt: now, updatedAt: now });
  const item = () => shown(schemas.item(), { item: example() });

  const createItem = operation({
    id: 'createItem',
    method: 'POST',
    path: '/items',
    scope: 'items/write',
    summary: 'Create an item',
    description:
      'Sent again with the same `Idempotency-Key` and payload it creates nothing more and answers 201 with the item as it is by then.',
    headers: [idempotencyKey],
    body: {
      contentTypes: ['application/json'],
      maxBytes: api.maxBodyBytes,
      content: () =>
        shown(schemas.newItem(), {
          assigned: { ...schemas.examples() },
          chosen: { id: 1, ...schemas.examples() },
        }),
    },
    responses: {
      201: { description: 'Created', headers: [location, etag], content: item },
      409: problemResponse('There is an item with this id already'),
      422: problemResponse('The body breaks its schema, or the key was used with another payload'),
    },
  });

  const listItems = operation({
    id: 'listItems',
    method: 'GET',
    path: '/items',
    scope: 'items/read',
    summary: 'List items',
    description: 'In the order of their ids, a page at a time.',
    query: () => z.strictObject({ limit: limit(), cursor: z.optional(cursor()) }),
    headers: [cacheControl],
    responses: {
      200: {
        description: 'A page; `next` is the cursor of the next one, where there is one',
        headers: [link, age],
        content: () =>
          shown(schemas.page(), {
            page: { items: [example()] },
          }),
      },
      422: badParameters,
    },
  });

  const readItem = operation({
    id: 'readItem',
    method: 'GET',
    path: '/items/{id}',
    scope: 'items/read',
    summary: 'Read an item',
    params: itemParams,
    headers: [ifMatch, ifNoneMatch, cacheControl],
    responses: {
      200: { description: 'The item', headers: [etag, age], content: item },
      304: { description: 'It still has the entity tag of `If-None-Match`', headers: [etag, age] },
      400: badHeader,
      404: missing,
      412: otherState,
      422: badParameters,
    },
  });

  const replaceItem = operation({
    id: 'replaceItem',
    method: 'PUT',
    path: '/items/{id}',
    scope: 'items/write',
    summary: 'Create or replace an item',
    params: itemParams,
    headers: [ifMatch, ifNoneMatch],
    body: {
      contentTypes: ['application/json'],
      maxBytes: api.maxBodyBytes,
      content: () => shown(schemas.replacement(), { item: { ...schemas.examples() } }),
    },
    responses: {
      200: { description: 'Replaced', headers: [etag], content: item },
      201: { description: 'Created', headers: [location, etag], content: item },
      412: otherState,
    },
  });

  const patchItem = operation({
    id: 'patchItem',
    method: 'PATCH',
    path: '/items/{id}',
    scope: 'items/write',
    summary: 'Change some fields of an item',
    description: 'A JSON merge patch (RFC 7396): null removes a field that may be absent.',
    params: itemParams,
    headers: [ifMatch, ifNoneMatch],
    body: {
      contentTypes: ['application/merge-patch+json', 'application/json'],
      maxBytes: api.maxBodyBytes,
      content: () => {
        const [first] = Object.entries(schemas.examples() ?? {});
        return shown(schemas.patch(), { field: Object.fromEntries(first ? [first] : []) });
      },
    },
    responses: {
      200: { description: 'Changed', headers: [etag], content: item },
      404: missing,
      412: otherState,
      415: problemResponse('The body is of another media type', [acceptPatch]),
    },
  });

  const deleteItem = operation({
    id: 'deleteItem',
    method: 'DELETE',
    path: '/items/{id}',
    scope: 'items/write',
    summary: 'Delete an item',
    params: itemParams,
    headers: [ifMatch, ifNoneMatch],
    responses: {
      204: { description: 'Deleted' },
      400: badHeader,
      404: missing,
      412: otherState,
      422: badParameters,
    },
  });

  return { createItem, listItems, readItem, replaceItem, patchItem, deleteItem };
};

export const operations: readonly AnyOperation[] = Object.values(itemOperations(fields));

/** Checks that an item's record can hold the fields; the build calls it. */
export const checkItems = (): void => checkFields(fields);
