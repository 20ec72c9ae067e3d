import * as z from 'zod/mini';
import {
  age,
  bodyProblems,
  cacheControlHeader,
  etag,
  idempotencyKeyHeader,
  ifMatchHeader,
  ifNoneMatchHeader,
  link,
  location,
  problemResponse,
} from '../lib/http/documentation.ts';
import { type AnyOperation, operation } from '../lib/http/operation.ts';
import { cursor, limit } from '../lib/http/schemas.ts';
import { exampleFields, item, itemId, newItem, patch, replacement } from './schema.ts';

const example = {
  id: 1,
  ...exampleFields,
  createdAt: '2026-11-20T12:00:00.000Z',
  updatedAt: '2026-11-20T12:00:00.000Z',
};

const badParameters = problemResponse('A parameter is out of range or unknown; `errors` names it');
const badHeader = problemResponse('A header is malformed');
const missing = problemResponse('There is no such item');
const otherState = problemResponse(
  'The item is not in the state that `If-Match` or `If-None-Match` asks for',
);

export const createItem = operation({
  id: 'createItem',
  method: 'POST',
  path: '/items',
  scope: 'items/write',
  summary: 'Create an item',
  description:
    'Sent again with the same `Idempotency-Key` and payload it creates nothing more and answers 201 with the item as it is by then.',
  headers: { 'Idempotency-Key': idempotencyKeyHeader },
  body: {
    contentTypes: ['application/json'],
    get schema() {
      return newItem();
    },
    examples: { assigned: exampleFields, chosen: { id: 1, ...exampleFields } },
  },
  get responses() {
    return {
      201: { description: 'Created', schema: item(), headers: { Location: location, ETag: etag }, example },
      ...bodyProblems,
      409: problemResponse('There is an item with this id already'),
      422: problemResponse('The body breaks its schema, or the key was used with another payload'),
    };
  },
});

export const listItems = operation({
  id: 'listItems',
  method: 'GET',
  path: '/items',
  scope: 'items/read',
  summary: 'List items',
  description: 'In the order of their ids, a page at a time.',
  get query() {
    return z.strictObject({ limit: limit(), cursor: z.optional(cursor()) });
  },
  headers: { 'Cache-Control': cacheControlHeader },
  get responses() {
    return {
      200: {
        description: 'A page; `next` is the cursor of the next one, where there is one',
        schema: z.object({ items: z.array(item()), next: z.optional(z.string()) }),
        headers: { Link: link, Age: age },
        example: { items: [example] },
      },
      422: badParameters,
    };
  },
});

export const readItem = operation({
  id: 'readItem',
  method: 'GET',
  path: '/items/{id}',
  scope: 'items/read',
  summary: 'Read an item',
  get params() {
    return itemId();
  },
  headers: {
    'If-Match': ifMatchHeader,
    'If-None-Match': ifNoneMatchHeader,
    'Cache-Control': cacheControlHeader,
  },
  get responses() {
    return {
      200: { description: 'The item', schema: item(), headers: { ETag: etag, Age: age }, example },
      304: {
        description: 'It still has the entity tag of `If-None-Match`',
        headers: { ETag: etag, Age: age },
      },
      400: badHeader,
      404: missing,
      412: otherState,
      422: badParameters,
    };
  },
});

export const replaceItem = operation({
  id: 'replaceItem',
  method: 'PUT',
  path: '/items/{id}',
  scope: 'items/write',
  summary: 'Create or replace an item',
  get params() {
    return itemId();
  },
  headers: { 'If-Match': ifMatchHeader, 'If-None-Match': ifNoneMatchHeader },
  body: {
    contentTypes: ['application/json'],
    get schema() {
      return replacement();
    },
    examples: { item: exampleFields },
  },
  get responses() {
    return {
      200: { description: 'Replaced', schema: item(), headers: { ETag: etag }, example },
      201: { description: 'Created', schema: item(), headers: { Location: location, ETag: etag }, example },
      ...bodyProblems,
      412: otherState,
    };
  },
});

export const patchItem = operation({
  id: 'patchItem',
  method: 'PATCH',
  path: '/items/{id}',
  scope: 'items/write',
  summary: 'Change some fields of an item',
  description: 'A JSON merge patch (RFC 7396): null removes a field that may be absent.',
  get params() {
    return itemId();
  },
  headers: { 'If-Match': ifMatchHeader, 'If-None-Match': ifNoneMatchHeader },
  body: {
    contentTypes: ['application/merge-patch+json', 'application/json'],
    get schema() {
      return patch();
    },
    examples: { field: Object.fromEntries(Object.entries(exampleFields).slice(0, 1)) },
  },
  get responses() {
    return {
      200: { description: 'Changed', schema: item(), headers: { ETag: etag }, example },
      ...bodyProblems,
      404: missing,
      412: otherState,
      415: problemResponse('The body is of another media type', {
        'Accept-Patch': { description: 'The media types that a patch may have' },
      }),
    };
  },
});

export const deleteItem = operation({
  id: 'deleteItem',
  method: 'DELETE',
  path: '/items/{id}',
  scope: 'items/write',
  summary: 'Delete an item',
  get params() {
    return itemId();
  },
  headers: { 'If-Match': ifMatchHeader, 'If-None-Match': ifNoneMatchHeader },
  get responses() {
    return {
      204: { description: 'Deleted' },
      400: badHeader,
      404: missing,
      412: otherState,
      422: badParameters,
    };
  },
});

export const operations: readonly AnyOperation[] = [
  createItem,
  listItems,
  readItem,
  replaceItem,
  patchItem,
  deleteItem,
];
