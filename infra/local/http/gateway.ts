import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FunctionDefinition } from '../lambda/definition.ts';
import type { Outcome } from '../lambda/outcome.ts';
import { newTraceId } from '../lambda/trace-id.ts';
import type { Access } from '../log/access.ts';
import type { Authorizer, AuthorizerSettings } from './authorization.ts';
import { type Cors, preflight, withCors } from './cors.ts';
import { eventOf, headersOf } from './event.ts';
import { gatewayReplies, type HttpReply, replyOf } from './reply.ts';
import { readBody } from './request-body.ts';
import { router } from './routes.ts';
import { type Throttling, tokenBucket } from './token-bucket.ts';

/** What the template says of a route. */
export interface RouteDefinition {
  /** `GET /items/{id}` or `$default`. */
  readonly key: string;
  readonly function: FunctionDefinition;
  /** Milliseconds after which the gateway gives up. */
  readonly timeout: number;
  readonly throttling: Throttling | undefined;
  /** Undefined: no token is needed. */
  readonly authorizer: AuthorizerSettings | undefined;
  /** Of these a token needs one; none: any token will do. */
  readonly scopes: readonly string[];
}

/** What the template says of an HTTP API. */
export interface ApiDefinition {
  readonly id: string;
  readonly routes: readonly RouteDefinition[];
  readonly cors: Cors | undefined;
}

/** A route whose function runs. */
interface RunningRoute extends RouteDefinition {
  readonly lambda: {
    invoke(payload: string, options: { readonly traceId: string }): Promise<Outcome>;
  };
  readonly authorize: Authorizer | undefined;
}

export interface GatewayOptions extends Pick<ApiDefinition, 'id' | 'cors'> {
  readonly routes: readonly RunningRoute[];
  readonly accountId: string;
  readonly onAccess: (access: Access) => void;
}

/** What Lambda accepts of an event. */
const maxEventBytes = 6 * 1024 * 1024;

/** Answers the requests of one HTTP API. */
export const gateway = (options: GatewayOptions): ((request: IncomingMessage) => Promise<HttpReply>) => {
  const { cors, onAccess } = options;
  const answer = routedAnswer(options);
  return async (request) => {
    const started = performance.now();
    const { method, url, headers } = request;
    const early = cors && preflight(cors, method, headers);
    const requestId = newRequestId();
    const plain = early ?? (await answer(request, requestId));
    const reply = cors && early === undefined ? withCors(cors, headers.origin, plain) : plain;
    onAccess({
      method: method ?? '',
      target: url ?? '',
      status: reply.status,
      milliseconds: performance.now() - started,
    });
    return { ...reply, headers: { ...reply.headers, 'apigw-requestid': requestId } };
  };
};

/** The steps in the order in which API Gateway takes them. */
const routedAnswer = ({ id: apiId, routes, accountId }: GatewayOptions) => {
  const routeOf = router(
    routes.map((route) => ({
      ...route,
      admits: route.throttling === undefined ? () => true : tokenBucket(route.throttling),
    })),
  );
  return async (request: IncomingMessage, requestId: string): Promise<HttpReply> => {
    const received = new Date();
    const { method = '', url = '' } = request;
    const mark = url.indexOf('?');
    const [rawPath, query] = mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
    const path = decoded(rawPath); // HTTP APIs match and hand over the path decoded
    if (path === undefined) return gatewayReplies.badRequest;

    const match = routeOf(method, path);
    if (match === undefined) return gatewayReplies.notFound;
    const { route, parameters } = match;
    if (!route.admits()) return gatewayReplies.tooManyRequests;
    const headers = headersOf(request);
    const authorization = await route.authorize?.(headers.authorization, route.scopes);
    if (authorization?.kind === 'refused') return authorization.reply;

    const body = await readBody(request);
    if (body === undefined) return gatewayReplies.tooLarge;
    const { 'x-amzn-trace-id': traceId = newTraceId() } = headers;
    const event = eventOf({
      request,
      headers,
      requestId,
      received,
      body,
      apiId,
      accountId,
      routeKey: route.key,
      path,
      query,
      parameters,
      traceId,
      authorizer: authorization && { claims: authorization.claims, scopes: route.scopes },
    });
    const payload = JSON.stringify(event);
    if (Buffer.byteLength(payload) > maxEventBytes) return gatewayReplies.tooLarge;

    const outcome = await within(route.timeout, route.lambda.invoke(payload, { traceId }));
    if (outcome === undefined || outcome.kind === 'throttled') return gatewayReplies.unavailable;
    const reply = outcome.kind === 'success' ? replyOf(outcome.payload) : undefined;
    return reply ?? gatewayReplies.serverError;
  };
};

/** Eleven bytes in base64, as API Gateway has them. */
const newRequestId = (): string => randomBytes(11).toString('base64');

const decoded = (path: string): string | undefined => {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
};

/** What the promise gives, or undefined when it takes longer. */
const within = async <T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> => {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), milliseconds);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
};
