import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { openOnLoopback } from '../machine/loopback.ts';

/** Decides by chance. */
export interface Faults {
  /** Whether a fault of this kind and probability happens now. */
  strikes(kind: string, probability: number): boolean;
  /** A whole number from 0 to `limit`. */
  upTo(limit: number): number;
}

/** How often each fault happens to a request, from 0 to 1. */
export interface FaultRates {
  readonly throttled: number;
  readonly failed: number;
  readonly lost: number;
  readonly unanswered: number;
  readonly slow: number;
  readonly slowMilliseconds: number;
  readonly duplicated: number;
  readonly delayed: number;
  readonly delaySeconds: number;
}

interface FaultyService {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Stands in front of DynamoDB or SQS, and makes requests fail as they do on AWS. */
export const startFaultyService = async (
  target: string,
  rates: FaultRates,
  faults: Faults,
): Promise<FaultyService> => {
  const server = createServer((request, response) => {
    pass(request, response, target, rates, faults).catch(() => request.socket.destroy());
  });
  const port = await openOnLoopback(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

/** Lets a request through, unless a fault strikes. */
const pass = async (
  request: IncomingMessage,
  response: ServerResponse,
  target: string,
  rates: FaultRates,
  faults: Faults,
): Promise<void> => {
  const strikes = (kind: keyof FaultRates) => faults.strikes(kind, rates[kind]);
  const body = await readAll(request);
  if (strikes('lost')) return void request.socket.destroy();
  if (strikes('throttled')) return refuse(response, 400, 'ThrottlingException');
  if (strikes('failed')) return refuse(response, 500, 'InternalServerError');
  if (strikes('slow')) await delay(faults.upTo(rates.slowMilliseconds));
  const isSend = String(request.headers['x-amz-target']).endsWith('.SendMessageBatch');
  const batch = isSend ? disturbed(body, rates, faults) : { duplicates: undefined, all: body };
  if (batch.duplicates !== undefined) await forward(request, target, batch.duplicates);
  const answer = await forward(request, target, batch.all);
  if (strikes('unanswered')) return void request.socket.destroy();
  response.writeHead(answer.status, answer.headers).end(answer.body);
};

/** A batch of messages in which some are hidden for a while, and another of those that are sent twice. */
const disturbed = (
  body: Buffer,
  rates: FaultRates,
  faults: Faults,
): { readonly duplicates: Buffer | undefined; readonly all: Buffer } => {
  const batch = JSON.parse(body.toString()) as { Entries: readonly object[] };
  const all = batch.Entries.map((entry) =>
    faults.strikes('delayed', rates.delayed)
      ? { ...entry, DelaySeconds: faults.upTo(rates.delaySeconds) }
      : entry,
  );
  const duplicates = all.filter(() => faults.strikes('duplicated', rates.duplicated));
  const bytes = (Entries: readonly object[]) => Buffer.from(JSON.stringify({ ...batch, Entries }));
  return { duplicates: duplicates.length > 0 ? bytes(duplicates) : undefined, all: bytes(all) };
};

/** Sends what a request says, with another body, to the service. */
const forward = async ({ url, headers }: IncomingMessage, target: string, body: Buffer) => {
  const { host: _, 'content-length': __, ...others } = headers;
  const sent = httpRequest(new URL(url ?? '/', target), { method: 'POST', headers: others }).end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 502, headers: answer.headers, body: await readAll(answer) };
};

const readAll = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
};

const refuse = (response: ServerResponse, status: number, name: string): void => {
  response
    .writeHead(status, { 'content-type': 'application/x-amz-json-1.0' })
    .end(JSON.stringify({ __type: `com.amazon.coral.availability#${name}`, message: 'chaos' }));
};
