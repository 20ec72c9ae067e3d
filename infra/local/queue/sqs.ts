import type { IncomingHttpHeaders } from 'node:http';
import { buildApp } from 'fauxqs';
import { sqsCalls } from '../iam/calls.ts';
import { accessKeyIn, type RequestCheck, requestCheck } from '../iam/roles.ts';
import type { Service, ServiceType } from '../service.ts';

/** What the template says of a queue. */
export interface QueueDefinition {
  readonly logicalId: string;
  readonly name: string;
  /** What people call it. */
  readonly label: string;
  readonly arn: string;
  readonly url: string;
  readonly visibilityTimeoutSeconds: number;
  /** As `CreateQueue` takes them. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** What `ReceiveMessage` gives of one message. */
export interface Message {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly MD5OfBody: string;
  readonly Attributes: Readonly<Record<string, string>>;
  readonly MessageAttributes?: Readonly<
    Record<string, { DataType: string; StringValue?: string; BinaryValue?: string }>
  >;
}

/** How many messages wait, wait for their delay, and are with a consumer. */
export interface QueueDepth {
  readonly ready: number;
  readonly delayed: number;
  readonly inFlight: number;
  /** When the oldest of them was sent, in milliseconds since the epoch; undefined when there is none. */
  readonly oldestSent: number | undefined;
}

/** Where fauxqs tells what is in a queue. */
const inspection = '/_fauxqs/queues/';

/** What it tells of the messages. */
type Inspected = Readonly<
  Record<'ready' | 'delayed', readonly { readonly sentTimestamp: number }[]> & {
    inflight: readonly { readonly message: { readonly sentTimestamp: number } }[];
  }
>;

const depthOf = ({ ready, delayed, inflight }: Inspected): QueueDepth => {
  const sent = [...ready, ...delayed, ...inflight.map(({ message }) => message)].map(
    ({ sentTimestamp }) => sentTimestamp,
  );
  return {
    ready: ready.length,
    delayed: delayed.length,
    inFlight: inflight.length,
    oldestSent: sent.length === 0 ? undefined : sent.reduce((oldest, each) => Math.min(oldest, each)),
  };
};

export interface Sqs extends Service {
  /** One request of the SQS protocol (JSON), without a socket in between, signed with an access key if one is given. */
  call<T>(action: string, body: Record<string, unknown>, accessKeyId?: string): Promise<T>;
  /** Calls the listener when a message was sent to the queue, or made visible again at once. */
  onArrival(queueName: string, listener: () => void): void;
  depth(queueName: string): Promise<QueueDepth>;
}

/** Actions after which a queue may have a message that it had not before. */
const arrivals = new Set([
  'SendMessage',
  'SendMessageBatch',
  'ChangeMessageVisibility',
  'ChangeMessageVisibilityBatch',
]);

/**
 * Starts fauxqs in this process, on a free loopback port. Queues live in memory: what was in them is lost with the
 * process. Requests for which the check gives a reason are answered `AccessDenied`.
 */
export const startSqs = async (region: string, check: RequestCheck = () => undefined): Promise<Sqs> => {
  const server = buildApp({ logger: false, defaultRegion: region });
  const listeners = new Map<string, () => void>();
  announceArrivals(server, listeners);
  refuseByRole(server, check);
  // Counted before it becomes JSON: a queue may hold thousands of messages, and nobody wants their bodies.
  server.addHook('preSerialization', async ({ url }, _, payload: unknown) =>
    url.startsWith(inspection) ? depthOf((payload as { messages: Inspected }).messages) : payload,
  );
  const endpoint = await server.listen({ host: '127.0.0.1', port: 0 });

  return {
    endpoint,
    call: async (action, body, accessKeyId) => {
      const { statusCode, body: answer } = await server.inject({
        method: 'POST',
        url: '/',
        headers: {
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': `AmazonSQS.${action}`,
          ...(accessKeyId !== undefined && { authorization: `Credential=${accessKeyId}/` }),
        },
        payload: JSON.stringify(body),
      });
      if (statusCode !== 200) throw new Error(`SQS ${action}: ${answer}`);
      return JSON.parse(answer);
    },
    onArrival: (queueName, listener) => listeners.set(queueName, listener),
    depth: async (queueName) => {
      const { body } = await server.inject({ method: 'GET', url: inspection + queueName });
      return JSON.parse(body);
    },
    stop: () => server.close(),
  };
};

type Server = ReturnType<typeof buildApp>;

const actionOf = (headers: IncomingHttpHeaders): string =>
  String(headers['x-amz-target']).replace('AmazonSQS.', '');

/** Calls the listener of a queue, by its name, after each request that may have brought it a message. */
const announceArrivals = (server: Server, listeners: ReadonlyMap<string, () => void>): void => {
  server.addHook('onResponse', async ({ headers, body }) => {
    if (!arrivals.has(actionOf(headers))) return;
    const { QueueUrl } = body as { QueueUrl?: unknown };
    listeners.get(String(QueueUrl).split('/').at(-1) ?? '')?.();
  });
};

const refuseByRole = (server: Server, check: RequestCheck): void => {
  server.addHook('preHandler', async ({ headers, body }, reply) => {
    const refusal = check(actionOf(headers), body, accessKeyIn(headers.authorization));
    if (refusal === undefined) return;
    await reply
      .code(403)
      .header('content-type', 'application/x-amz-json-1.0')
      .header('x-amzn-query-error', 'AccessDenied;Sender')
      .send(JSON.stringify({ __type: 'com.amazon.coral.service#AccessDeniedException', message: refusal }));
  });
};

export const sqs: ServiceType<Sqs> = {
  name: 'sqs',
  start: ({ account, roles }) => startSqs(account.region, requestCheck(roles, sqsCalls, account)),
};

/** Creates a queue with the attributes that the template gives it. */
export const createQueue = async (
  service: Sqs,
  { name, attributes }: Pick<QueueDefinition, 'name' | 'attributes'>,
): Promise<void> => {
  await service.call('CreateQueue', { QueueName: name, Attributes: attributes });
};
