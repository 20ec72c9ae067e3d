import middy, { type MiddlewareObj } from '@middy/core';
import httpHeaderNormalizer from '@middy/http-header-normalizer';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { annotate, inLogContext } from '../observability/context.ts';
import { withDeadline } from '../resilience/invocation.ts';
import { cacheControl } from './headers/cache-control.ts';
import type { Headers } from './headers/header.ts';
import { type HttpEvent, type HttpResult, requestHeaders } from './middleware/event.ts';
import { head } from './middleware/head.ts';
import { jsonBody } from './middleware/json-body.ts';
import { problemDetails } from './middleware/problem-details.ts';
import { requestLog } from './middleware/request-log.ts';
import { invalidateCache, responseCache } from './middleware/response-cache.ts';
import { securityHeaders } from './middleware/security-headers.ts';
import { tenancy, tenantRequired } from './middleware/tenancy.ts';
import { validation } from './middleware/validation.ts';
import { type AnyOperation, type Operation, routeKeys } from './operation.ts';
import { notFound, type Problem } from './problem.ts';
import type { ResponseCache } from './response-cache.ts';

/** A request as logic sees it: checked and parsed. `H` names the headers that its operation declares. */
export interface Request<P, Q, B, H extends string = never> extends Headers<H> {
  readonly tenant: string;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly requestId: string;
  /** When API Gateway received the request, in milliseconds since the Unix epoch. */
  readonly timeEpoch: number;
  readonly path: string;
}

/** An answer as logic gives it; the body becomes JSON. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface HttpOptions {
  /** The claim of the token that names the tenant. */
  readonly tenantClaim: string;
  /**
   * What an instance has lately answered. With it, operations that declare `Cache-Control` answer from it for clients
   * that accept old answers, and any that writes invalidates what it has of the tenant.
   */
  readonly cache?: ResponseCache;
  /** What an `id` in the path is the id of: log lines carry it under this name. */
  readonly idOf?: string;
  /** The problem that an error of this function's own domain is told as; undefined for any other error. */
  readonly problemOf?: (error: unknown) => Problem | undefined;
  /** What to throw for a request that no route leads to. */
  readonly notFound?: (method: string, path: string) => Problem;
}

type Handler = (event: HttpEvent, context: Context) => Promise<HttpResult>;

/** An operation with the code that answers it. */
export interface Route {
  readonly operation: AnyOperation;
  bind(options: HttpOptions): Handler;
}

/**
 * Binds logic to an operation. Before the logic runs the tenant is known and body, path parameters and query are
 * checked, in this order: 401, 415, 413, 400, 422.
 */
export const route = <P, Q, B, H extends string>(
  operation: Operation<P, Q, B, H>,
  logic: (request: Request<P, Q, B, H>) => Promise<Reply> | Reply,
): Route => ({
  operation,
  bind: ({ cache, idOf }) => {
    const { method, scope, body } = operation;
    const handler = middy<HttpEvent, HttpResult>({ timeoutEarlyInMillis: 0 });
    if (scope !== null) handler.use(tenantRequired());
    if (body) handler.use(jsonBody(method, body));
    handler.use(validation(operation));
    if (idOf !== undefined) handler.use(idInLog(idOf));
    if (cache && method !== 'GET') handler.use(invalidateCache(cache));
    if (cache && declares(operation, cacheControl)) handler.use(responseCache(cache));
    return handler.handler(async (event: HttpEvent) => result(await logic(request<P, Q, B, H>(event))));
  },
});

const declares = ({ method, headers = [] }: AnyOperation, { name }: { readonly name: string }): boolean =>
  method === 'GET' && headers.some((header) => header.name === name);

/** The one composition for HTTP: API Gateway's event (payload format 2.0) in, its structured result out. */
export const httpHandler = (
  routes: readonly Route[],
  options: HttpOptions,
): ((event: APIGatewayProxyEventV2, context: Context) => Promise<HttpResult>) => {
  const handler = middy<HttpEvent, HttpResult>(dispatch(routes, options), { timeoutEarlyInMillis: 200 })
    .use(requestLog())
    .use(head())
    .use(securityHeaders())
    .use(problemDetails(options.problemOf))
    .use(httpHeaderNormalizer())
    .use(tenancy(options.tenantClaim));
  return withDeadline((event: APIGatewayProxyEventV2, context: Context) =>
    inLogContext(context, { requestId: event.requestContext.requestId }, () => handler(event, context)),
  );
};

/**
 * Hands a request to the route that API Gateway has matched. Paths are matched there and nowhere else, so that no
 * spelling of a path can reach a route past its authorizer.
 */
const dispatch = (routes: readonly Route[], options: HttpOptions): Handler => {
  const handlers = new Map<string, Handler>();
  for (const { operation, bind } of routes) {
    const handler = bind(options);
    for (const key of routeKeys(operation)) handlers.set(key, handler);
  }
  return async (event, context) => {
    const handler = handlers.get(event.routeKey);
    if (handler !== undefined) return handler(event, context);
    const { method, path } = event.requestContext.http;
    throw options.notFound?.(method, path) ?? notFound('There is nothing at this path');
  };
};

/** Only an id that its schema has let pass: any other could be any text. */
const idInLog = (name: string): MiddlewareObj<HttpEvent, HttpResult> => ({
  before: ({ event }) => {
    const { id } = (event.checked?.params ?? {}) as { readonly id?: string };
    if (id !== undefined) annotate({ [name]: id });
  },
});

/** The parts have been checked by the operation's own schemas, whose output P, Q and B are. */
const request = <P, Q, B, H extends string>(event: HttpEvent): Request<P, Q, B, H> => ({
  ...requestHeaders(event),
  tenant: event.tenant ?? '',
  params: event.checked?.params as P,
  query: event.checked?.query as Q,
  body: event.checked?.body as B,
  requestId: event.requestContext.requestId,
  timeEpoch: event.requestContext.timeEpoch,
  path: event.rawPath,
});

const result = ({ status, headers, body }: Reply): HttpResult => ({
  statusCode: status,
  headers: {
    'Cache-Control': 'no-store',
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...headers,
  },
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
});
