import type { MiddlewareObj } from '@middy/core';
import type { Context } from 'aws-lambda';
import { isInfrastructureError } from '../../resilience/infrastructure-error.ts';
import { cacheControl } from '../headers/cache-control.ts';
import { isUnchanged } from '../headers/preconditions.ts';
import { preferWait } from '../headers/prefer.ts';
import type { ResponseCache } from '../response-cache.ts';
import { type HttpEvent, type HttpResult, requestHeaders } from './event.ts';

type Marked = { mark: ReturnType<ResponseCache['mark']> };

const targetOf = ({ rawPath, rawQueryString }: HttpEvent): string => `${rawPath}?${rawQueryString}`;

/** A cached answer for a client that accepts its age, if there is one, and never for one that asks `If-Match`. */
const cachedAnswer = (cache: ResponseCache, event: HttpEvent, maxSeconds: number | undefined) => {
  const request = requestHeaders(event);
  if (maxSeconds === undefined || event.tenant === undefined || request.header('If-Match') !== undefined) {
    return undefined;
  }
  const found = cache.find(event.tenant, targetOf(event), maxSeconds);
  if (found === undefined) return undefined;
  const headers: Record<string, string> = { ...found.headers, Age: String(found.age) };
  const etag = found.headers.ETag;
  if (etag === undefined || !isUnchanged(request, etag)) {
    return { statusCode: 200, headers, body: found.body };
  }
  const { 'Content-Type': _, ...others } = headers;
  return { statusCode: 304, headers: others };
};

/**
 * For a GET route: answers from the instance's cache for clients that accept it, marked with `Age`. `max-age=N`
 * accepts an answer up to N seconds old, unless the client waits for news (`Prefer: wait`); `stale-if-error=N` one
 * in place of a 503.
 */
export const responseCache = (
  cache: ResponseCache,
): MiddlewareObj<HttpEvent, HttpResult, Error, Context, Marked> => ({
  before: ({ event, internal }) => {
    internal.mark = cache.mark();
    const request = requestHeaders(event);
    return preferWait.read(request) === undefined
      ? cachedAnswer(cache, event, cacheControl.read(request).maxAge)
      : undefined;
  },
  after: ({ event, response, internal }) => {
    const { statusCode, headers = {}, body } = response ?? {};
    if (event.tenant === undefined || statusCode !== 200 || body === undefined) return;
    if (cacheControl.read(requestHeaders(event)).noStore) return;
    const kept = Object.entries(headers).map(([name, value]) => [name, String(value)]);
    cache.keep(event.tenant, targetOf(event), { headers: Object.fromEntries(kept), body }, internal.mark);
  },
  onError: ({ event, error }) => {
    if (!isInfrastructureError(error)) return undefined;
    return cachedAnswer(cache, event, cacheControl.read(requestHeaders(event)).staleIfError);
  },
});

/** For a route that writes: whatever became of the write, what the instance has of the tenant is out of date. */
export const invalidateCache = (cache: ResponseCache): MiddlewareObj<HttpEvent, HttpResult> => {
  const invalidate: MiddlewareObj<HttpEvent, HttpResult>['after'] = ({ event }) => {
    if (event.tenant !== undefined) cache.invalidate(event.tenant);
  };
  return { after: invalidate, onError: invalidate };
};
