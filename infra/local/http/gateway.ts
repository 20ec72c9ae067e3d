import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { systemRandom } from '../../../functions/lib/ports.ts';
import { type Authorizer, jwtAuthorizer } from '../auth/authorizer.ts';
import { preflight, withCors } from './cors.ts';
import type { Functions } from '../functions.ts';
import { eventOf, headersOf } from './event.ts';
import { gatewayReply, type HttpReply, replyOf } from './reply.ts';
import { newTraceId } from '../lambda/lambda-function.ts';
import { openOnLoopback } from '../machine/loopback.ts';
import { PlatformError } from '../platform-error.ts';
import { router } from './routes.ts';
import type { LocalApi, LocalAuthorizer } from '../stack.ts';
import { tokenBucket } from './token-bucket.ts';

export interface Access {
  readonly method: string;
  /** Path and query, as they came. */
  readonly target: string;
  readonly status: number;
  readonly milliseconds: number;
}

export interface GatewayOptions {
  readonly api: LocalApi;
  readonly accountId: string;
  readonly functions: Functions;
  readonly onAccess: (access: Access) => void;
}

export interface Listener {
  readonly port: number;
  /** Begins to answer; until then every request gets 503. */
  serve(answer: (request: IncomingMessage) => Promise<HttpReply>): void;
  /** Closes the port and every connection; a second call does nothing. */
  stop(): Promise<void>;
}

/** Milliseconds in which a request has to come. */
interface Patience {
  readonly headers: number;
  /** Headers and body. */
  readonly request: number;
}

const usualPatience: Patience = { headers: 10_000, request: 30_000 };

/** What API Gateway accepts of a request. */
const maxBodyBytes = 10 * 1024 * 1024;
const maxHeaderBytes = 10_240;
/** What Lambda accepts of an event. */
const maxEventBytes = 6 * 1024 * 1024;

/** The gateway's own answers, word for word. */
const replies = {
  badRequest: gatewayReply(400, 'Bad Request'),
  notFound: gatewayReply(404, 'Not Found'),
  tooLarge: gatewayReply(413, 'Request Entity Too Large'),
  tooManyRequests: gatewayReply(429, 'Too Many Requests'),
  serverError: gatewayReply(500, 'Internal Server Error'),
  unavailable: gatewayReply(503, 'Service Unavailable'),
};

/**
 * Opens the port, so that a taken one is known before anything else has started.
 * Throws a {@link PlatformError} when it cannot be opened. A client that is slower than
 * the patience with it is cut off, so that it holds nothing for ever.
 */
export const listen = async (port: number, patience: Patience = usualPatience): Promise<Listener> => {
  let answer = async (_: IncomingMessage): Promise<HttpReply> => replies.unavailable;
  const server = createServer(
    {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: patience.headers,
      requestTimeout: patience.request,
      // A shorter time would cut connections at the very moment that a client uses them again.
      keepAliveTimeout: 60_000,
      connectionsCheckingInterval: Math.min(2_000, patience.headers),
    },
    (request, response) => {
      answer(request)
        .catch(() => replies.serverError)
        .then((reply) => send(reply, response));
    },
  );
  return {
    port: await opened(server, port),
    serve: (next) => {
      answer = next;
    },
    stop: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

const opened = async (server: Server, port: number): Promise<number> => {
  try {
    return await openOnLoopback(server, port);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') {
      throw new PlatformError(
        `Port ${port} is taken: end what listens there, or choose another with --port.`,
      );
    }
    if (code === 'EACCES') throw new PlatformError(`Port ${port} may not be opened: choose one above 1023.`);
    throw error;
  }
};

/** Answers the requests of one HTTP API. */
export const gateway = ({ api, accountId, functions, onAccess }: GatewayOptions) => {
  const authorizers = new Map<LocalAuthorizer, Authorizer>();
  const authorizerOf = (settings: LocalAuthorizer): Authorizer => {
    const known = authorizers.get(settings) ?? jwtAuthorizer(settings);
    authorizers.set(settings, known);
    return known;
  };
  const routeOf = router(
    api.routes.map((route) => ({
      ...route,
      lambda: functions.get(route.function.name),
      admits: route.throttling === undefined ? () => true : tokenBucket(route.throttling),
      authorize: route.authorizer && authorizerOf(route.authorizer),
    })),
  );

  /** The steps in the order in which API Gateway takes them. */
  const answer = async (request: IncomingMessage, requestId: string): Promise<HttpReply> => {
    const received = new Date();
    const { method = '', url = '' } = request;
    const mark = url.indexOf('?');
    const [rawPath, query] = mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
    const path = decoded(rawPath); // HTTP APIs match and hand over the path decoded
    if (path === undefined) return replies.badRequest;

    const match = routeOf(method, path);
    if (match === undefined) return replies.notFound;
    const { route, parameters } = match;
    if (!route.admits()) return replies.tooManyRequests;
    const headers = headersOf(request);
    const authorization = await route.authorize?.(headers.authorization, route.scopes);
    if (authorization?.kind === 'refused') return authorization.reply;

    const body = await read(request);
    if (body === undefined) return replies.tooLarge;
    const { 'x-amzn-trace-id': traceId = newTraceId() } = headers;
    const event = eventOf({
      request,
      headers,
      requestId,
      received,
      body,
      apiId: api.id,
      accountId,
      routeKey: route.key,
      path,
      query,
      parameters,
      traceId,
      authorizer: authorization && { claims: authorization.claims, scopes: route.scopes },
    });
    const payload = JSON.stringify(event);
    if (Buffer.byteLength(payload) > maxEventBytes) return replies.tooLarge;

    const outcome = await within(route.timeout, route.lambda.invoke(payload, { traceId }));
    if (outcome === undefined || outcome.kind === 'throttled') return replies.unavailable;
    const reply = outcome.kind === 'success' ? replyOf(outcome.payload) : undefined;
    return reply ?? replies.serverError;
  };

  return async (request: IncomingMessage): Promise<HttpReply> => {
    const started = performance.now();
    const { method, url, headers } = request;
    const early = api.cors && preflight(api.cors, method, headers);
    const requestId = newRequestId();
    const plain = early ?? (await answer(request, requestId));
    const reply = api.cors && early === undefined ? withCors(api.cors, headers.origin, plain) : plain;
    onAccess({
      method: method ?? '',
      target: url ?? '',
      status: reply.status,
      milliseconds: performance.now() - started,
    });
    return { ...reply, headers: { ...reply.headers, 'apigw-requestid': requestId } };
  };
};

/** Eleven bytes in base64, as API Gateway has them. */
const newRequestId = (): string => Buffer.from(systemRandom.bytes(11)).toString('base64');

const decoded = (path: string): string | undefined => {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
};

/** The whole body; undefined when it is more than API Gateway accepts. */
const read = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const { 'content-length': announced = '0', 'transfer-encoding': coding } = request.headers;
  if (Number(announced) > maxBodyBytes) return discard(request);
  if (Number(announced) === 0 && coding === undefined) return Buffer.alloc(0);
  const chunks: Buffer[] = [];
  let length = 0;
  const { promise, resolve, reject } = Promise.withResolvers<Buffer | undefined>();
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= maxBodyBytes) chunks.push(chunk);
    else resolve(undefined); // and read on to nowhere, as `discard` does
  });
  request.on('end', () => resolve(Buffer.concat(chunks)));
  request.on('error', reject);
  return promise;
};

/** Reads on to nowhere: a client that is still sending would not see an answer on a connection that was cut. */
const discard = (request: IncomingMessage): undefined => {
  request.resume();
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

/** Headers that describe the connection or the length are the gateway's own. */
const ownHeaders = new Set(['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding']);

const send = ({ status, headers, body }: HttpReply, response: ServerResponse): void => {
  const bodiless = status === 204 || status === 304;
  const all: (string | readonly string[] | number)[] = bodiless ? [] : ['content-length', body.length];
  for (const [name, value] of Object.entries(headers)) {
    if (!ownHeaders.has(name)) all.push(name, value);
  }
  try {
    response.writeHead(status, all as string[]);
  } catch {
    send(replies.serverError, response); // a header that no header can hold
    return;
  }
  response.end(bodiless ? undefined : body);
};
