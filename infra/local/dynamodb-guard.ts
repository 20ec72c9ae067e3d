import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { openOnLoopback } from './loopback.ts';

/** Why a request is refused; undefined: it may pass. */
export type Check = (
  operation: string,
  body: unknown,
  authorization: string | undefined,
) => string | undefined;

export interface Guard {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/**
 * Stands in front of DynamoDB and answers `AccessDeniedException` for what the check refuses. Each connection has one
 * of its own to DynamoDB, and only requests are read: 0.04 ms a request in a synthetic comparison, in which Node's
 * HTTP server and client took 0.13. Through the SDK a call takes 0.632 ms instead of 0.547.
 */
export const startDynamoDbGuard = async (target: string, check: Check): Promise<Guard> => {
  const { protocol, hostname, port } = new URL(target);
  const open = (): Socket =>
    protocol === 'https:'
      ? connectTls({ host: hostname, port: Number(port || 443), servername: hostname })
      : connect({ host: hostname, port: Number(port || 80), noDelay: true });
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = open();
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {}); // its close follows
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    upstream.pipe(client);
    readRequests(client, (request) => {
      const refusal = request && check(request.operation, request.body, request.authorization);
      if (request === undefined) client.end(malformed, () => client.destroy());
      else if (refusal === undefined) upstream.write(request.bytes);
      else client.write(denied(refusal));
    });
  });
  const ownPort = await openOnLoopback(server);
  return {
    endpoint: `http://127.0.0.1:${ownPort}`,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};

interface SignedRequest {
  /** Such as `GetItem`. */
  readonly operation: string;
  readonly authorization: string | undefined;
  readonly body: unknown;
  /** All of it, as it came. */
  readonly bytes: Buffer;
}

/** Calls back for each request of a connection, one after another; with nothing for what no SDK sends. */
const readRequests = (client: Socket, onRequest: (request: SignedRequest | undefined) => void): void => {
  let pending: Buffer[] = [];
  let length = 0;
  let needed = 0;
  client.on('data', (chunk: Buffer) => {
    pending.push(chunk);
    length += chunk.length;
    while (length > 0 && length >= needed) {
      const received = pending.length === 1 ? (pending[0] ?? chunk) : Buffer.concat(pending);
      pending = [received];
      const headEnd = received.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const head = received.toString('latin1', 0, headEnd);
      const header = (name: string) => new RegExp(`\\r\\n${name}: *([^\\r]*)`, 'i').exec(head)?.[1];
      needed = headEnd + 4 + Number(header('content-length'));
      if (Number.isNaN(needed)) return onRequest(undefined);
      if (length < needed) return;
      onRequest({
        operation: header('x-amz-target')?.split('.')[1] ?? '',
        authorization: header('authorization'),
        body: parsed(received.toString('utf8', headEnd + 4, needed)),
        bytes: received.subarray(0, needed),
      });
      pending = length > needed ? [received.subarray(needed)] : [];
      length -= needed;
      needed = 0;
    }
  });
};

/** What is no JSON is DynamoDB's to answer. */
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const response = (status: string, body: unknown, ...headers: string[]): string => {
  const json = JSON.stringify(body);
  return [
    `HTTP/1.1 ${status}`,
    'content-type: application/x-amz-json-1.0',
    `content-length: ${Buffer.byteLength(json)}`,
    ...headers,
    '',
    json,
  ].join('\r\n');
};

const denied = (message: string): string =>
  response('400 Bad Request', { __type: 'com.amazon.coral.service#AccessDeniedException', Message: message });

const malformed = response('411 Length Required', { message: 'Length Required' }, 'connection: close');
