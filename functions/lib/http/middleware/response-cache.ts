import type { MiddlewareObj } from '@middy/core';
import type { Context } from 'aws-lambda';
import { isInfrastructureError } from '../../resilience/infrastructure-error.ts';
import { freshnessOf } from '../cache-control.ts';
import { preferWait } from '../prefer.ts';
import { isUnchanged } from '../representation.ts';
import type { ResponseCache } from '../response-cache.ts';
import { type HttpEvent, type HttpResult, requestHeaders } from './event.ts';

type Marked = { mark: ReturnType<ResponseCache['mark']> };

const targetOf = ({ rawPath, rawQueryString }: HttpEvent): string => `${rawPath}?${rawQueryString}`;

/** An old answer for a client that accepts its age, if there is one, and never for one that asks `If-Match`. */
const answerOf = (memory: ResponseCache, event: HttpEvent, maxSeconds: number | undefined) => {
  const request = requestHeaders(event);
  if (maxSeconds === undefined || event.tenant === undefined || request.header('If-Match') !== undefined) {
    return undefined;
  }
  const found = memory.find(event.tenant, targetOf(event), maxSeconds);
  if (found === undefined) return undefined;
  const headers: Record<string, string> = { ...found.headers, Age: String(found.age) };
  const tag = /^"(.*)"$/.exec(found.headers.ETag ?? '')?.[1];
  if (tag === undefined || !isUnchanged(request, tag)) {
    return { statusCode: 200, headers, body: found.body };
  }
  const { 'Content-Type': _, ...others } = headers;
  return { statusCode: 304, headers: others };
};

/**
 * For a GET route: answers from the instance's memory for clients that accept it, marked with `Age`. `max-age=N`
 * accepts an answer up to N seconds old, unless the client waits for news (`Prefer: wait`); `stale-if-error=N` one
 * in place of a 503.
 */
export const responseCache = (
  memory: ResponseCache,
): MiddlewareObj<HttpEvent, HttpResult, Error, Context, Marked> => ({
  before: ({ event, internal }) => {
    internal.mark = memory.mark();
    const request = requestHeaders(event);
    return preferWait(request) === undefined
      ? answerOf(memory, event, freshnessOf(request).maxAge)
      : undefined;
  },
  after: ({ event, response, internal }) => {
    const { statusCode, headers = {}, body } = response ?? {};
    if (event.tenant === undefined || statusCode !== 200 || body === undefined) return;
    if (freshnessOf(requestHeaders(event)).noStore) return;
    const kept = Object.entries(headers).map(([name, value]) => [name, String(value)]);
    memory.keep(event.tenant, targetOf(event), { headers: Object.fromEntries(kept), body }, internal.mark);
  },
  onError: ({ event, error }) => {
    if (!isInfrastructureError(error)) return undefined;
    return answerOf(memory, event, freshnessOf(requestHeaders(event)).staleIfError);
  },
});

/** For a route that writes: whatever became of the write, what the instance remembers of the tenant is old now. */
export const invalidateCache = (memory: ResponseCache): MiddlewareObj<HttpEvent, HttpResult> => {
  const forget: MiddlewareObj<HttpEvent, HttpResult>['after'] = ({ event }) => {
    if (event.tenant !== undefined) memory.forget(event.tenant);
  };
  return { after: forget, onError: forget };
};
