import middy, { type MiddlewareObj } from '@middy/core';
import httpHeaderNormalizer from '@middy/http-header-normalizer';
import httpRouter from '@middy/http-router';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { lazy } from '../lazy.ts';
import { annotate, inLogContext } from '../observability/context.ts';
import { withDeadline } from '../resilience/invocation.ts';
import type { Headers } from './headers.ts';
import { type HttpEvent, type HttpResult, requestHeaders } from './middleware/event.ts';
import { head } from './middleware/head.ts';
import { jsonBody } from './middleware/json-body.ts';
import { problemDetails } from './middleware/problem-details.ts';
import { requestLog } from './middleware/request-log.ts';
import { invalidateCache, responseCache } from './middleware/response-cache.ts';
import { securityHeaders } from './middleware/security-headers.ts';
import { tenancy, tenantRequired } from './middleware/tenancy.ts';
import { validation } from './middleware/validation.ts';
import type { AnyOperation, Operation } from './operation.ts';
import { notFound, type Problem } from './problem.ts';
import type { ResponseCache } from './response-cache.ts';

/** A request as logic sees it: checked and parsed. */
export interface Request<P, Q, B> extends Headers {
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

/** An operation with the code that answers it. */
export interface Route extends Pick<AnyOperation, 'method' | 'path'> {
  bind(
    options: Pick<HttpOptions, 'memory' | 'idOf'>,
  ): (event: HttpEvent, context: Context) => Promise<HttpResult>;
}

/** A route that is loaded with its first request: an instance that gets none starts without it. */
export const deferred = (
  method: Route['method'],
  path: Route['path'],
  load: () => Promise<Route>,
): Route => ({
  method,
  path,
  bind: (options) => {
    const loaded = lazy(async () => (await load()).bind(options));
    return async (event, context) => (await loaded())(event, context);
  },
});

/**
 * Binds logic to an operation. Before the logic runs the tenant is known and body, path parameters and query are
 * checked, in this order: 401, 415, 413, 400, 422.
 */
export const route = <P, Q, B>(
  operation: Operation<P, Q, B>,
  logic: (request: Request<P, Q, B>) => Promise<Reply> | Reply,
): Route => ({
  method: operation.method,
  path: operation.path,
  bind: ({ memory, idOf }) => {
    const handler = middy<HttpEvent, HttpResult>({ timeoutEarlyInMillis: 0 });
    if (operation.scope !== null) handler.use(tenantRequired());
    if (operation.body) handler.use(jsonBody(operation.method, operation.body.contentTypes));
    handler.use(validation(operation));
    if (idOf !== undefined) handler.use(idInLog(idOf));
    if (memory) handler.use(operation.method === 'GET' ? responseCache(memory) : invalidateCache(memory));
    return handler.handler(async (event: HttpEvent) => result(await logic(request<P, Q, B>(event))));
  },
});

export interface HttpOptions {
  /** The claim of the token that names the tenant. */
  readonly tenantClaim: string;
  /**
   * With a memory, GET routes answer from it for clients that accept old answers, and any other route makes it
   * forget.
   */
  readonly memory?: ResponseCache;
  /** What an `id` in the path is the id of: log lines carry it under this name. */
  readonly idOf?: 'computation';
  /** What to throw for a request that none of the routes answers. */
  readonly notFound?: (method: string, path: string) => Problem;
}

/** The one composition for HTTP: API Gateway's event (payload format 2.0) in, its structured result out. */
export const httpHandler = (
  routes: readonly Route[],
  options: HttpOptions,
): ((event: APIGatewayProxyEventV2, context: Context) => Promise<HttpResult>) => {
  const handler = middy<HttpEvent, HttpResult>(dispatch(routes, options), { timeoutEarlyInMillis: 200 })
    .use(requestLog())
    .use(head())
    .use(securityHeaders())
    .use(problemDetails())
    .use(httpHeaderNormalizer())
    .use(tenancy(options.tenantClaim));
  return withDeadline((event: APIGatewayProxyEventV2, context: Context) =>
    inLogContext(context, { requestId: event.requestContext.requestId }, () => handler(event, context)),
  );
};

/** GET answers HEAD too. */
const dispatch = (routes: readonly Route[], options: HttpOptions) =>
  httpRouter<HttpEvent, HttpResult>({
    routes: routes.flatMap(({ method, path, bind }) => {
      const handler = bind(options);
      const route = { method, path, handler };
      return method === 'GET' ? [route, { ...route, method: 'HEAD' as const }] : [route];
    }),
    notFoundResponse: ({ method, path }) => {
      throw options.notFound?.(method, path) ?? notFound('There is nothing at this path');
    },
  });

/** Only an id that its schema has let pass: any other could be any text. */
const idInLog = (name: NonNullable<HttpOptions['idOf']>): MiddlewareObj<HttpEvent, HttpResult> => ({
  before: ({ event }) => {
    const { id } = (event.checked?.params ?? {}) as { readonly id?: string };
    if (id !== undefined) annotate({ [name]: id });
  },
});

/** The parts have been checked by the operation's own schemas, whose output P, Q and B are. */
const request = <P, Q, B>(event: HttpEvent): Request<P, Q, B> => ({
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
