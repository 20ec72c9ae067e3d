import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { openOnLoopback } from '../machine/loopback.ts';
import { PlatformError } from '../platform-error.ts';
import { gatewayReplies, type HttpReply } from './reply.ts';

export interface Listener {
  readonly port: number;
  /** Begins to answer; until then every request gets 503. */
  serve(answer: (request: IncomingMessage) => Promise<HttpReply>): void;
  /** Closes the port and every connection; a second call does nothing. */
  stop(): Promise<void>;
}

/** Milliseconds in which a request has to come. */
interface Timeouts {
  readonly headers: number;
  /** Headers and body. */
  readonly request: number;
}

const defaultTimeouts: Timeouts = { headers: 10_000, request: 30_000 };

/** What API Gateway accepts. */
const maxHeaderBytes = 10_240;

/**
 * Opens the port, so that a taken one is known before anything else has started.
 * Throws a {@link PlatformError} when it cannot be opened. A client that is slower than the timeouts allow is cut off,
 * so that it holds nothing for ever.
 */
export const listen = async (port: number, timeouts: Timeouts = defaultTimeouts): Promise<Listener> => {
  let answer = async (_: IncomingMessage): Promise<HttpReply> => gatewayReplies.unavailable;
  const server = createServer(
    {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: timeouts.headers,
      requestTimeout: timeouts.request,
      // A shorter time would cut connections at the very moment that a client uses them again.
      keepAliveTimeout: 60_000,
      connectionsCheckingInterval: Math.min(2_000, timeouts.headers),
    },
    (request, response) => {
      answer(request)
        .catch(() => gatewayReplies.serverError)
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
    send(gatewayReplies.serverError, response); // a header that no header can hold
    return;
  }
  response.end(bodiless ? undefined : body);
};
