import { mock } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { APIGatewayProxyEventV2, Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { HttpResult } from '../../functions/lib/http/middleware/event.ts';
import { manifest } from '../../functions/manifest.ts';
import { startSqs } from '../../infra/local/queue/sqs.ts';
import { allOperations } from '../../infra/suite.ts';
import { createTables, sdkEnvironment, startDynamoDB } from '../support/dynamodb.ts';
import {
  call,
  lambdaContext,
  operationFor,
  sqsEvent,
  type TestReply,
  type TestRequest,
} from '../support/events.ts';
import { buildSuite, ownFields } from '../support/suite.ts';
import { startMeter, type Units } from './units-meter.ts';

const operations = allOperations(manifest);

type HttpHandler = (event: APIGatewayProxyEventV2, context: Context) => Promise<HttpResult>;
type SqsHandler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

/** As long as a part aims at, so that no worker may go on with a status that it has read for the one before. */
const PART_MS = 1_001;

const replace = {
  ...ownFields,
  'functions/kernels/registry.ts': fileURLToPath(new URL('units-kernels.ts', import.meta.url)),
};

/** The handler in an asset, which is a program of its own. */
const handlerIn = async <Handler>(folder: string | undefined): Promise<Handler> => {
  const module: { handler: Handler } = await import(pathToFileURL(`${folder}/index.mjs`).href);
  return module.handler;
};

/** What some requests used, and what they wrote to the log. */
export interface Usage extends Units {
  /** Invocations of functions. */
  readonly invocations: number;
  readonly logBytes: number;
}

/** Takes the lines of the functions out of the output, and counts their bytes. */
const countLog = () => {
  let bytes = 0;
  const write = process.stdout.write;
  process.stdout.write = ((chunk: string | Uint8Array, ...rest: []) => {
    if (!String(chunk).startsWith('{"level"')) return write.call(process.stdout, chunk, ...rest);
    bytes += Buffer.byteLength(chunk);
    return true;
  }) as typeof process.stdout.write;
  return {
    take: () => {
      const taken = bytes;
      bytes = 0;
      return taken;
    },
    restore: () => {
      process.stdout.write = write;
    },
  };
};

/**
 * The handlers of the API and the worker as they are built, in this process, on the emulators, behind a meter. The clock stands, and
 * goes on with each message: what is sent is the same in every run. Only one at a time in a process.
 */
export const startSuite = async () => {
  const [dynamodb, queues] = await Promise.all([startDynamoDB(), startSqs('us-east-1')]);
  const meter = await startMeter({ dynamodb: dynamodb.endpoint, sqs: queues.endpoint });
  await createTables(dynamodb.endpoint, { items: 'items', computations: 'computations' });
  await queues.call('CreateQueue', { QueueName: 'work' });
  const QueueUrl = `${meter.sqs}/000000000000/work`;
  const environment = {
    ...sdkEnvironment(meter.dynamodb),
    AWS_ENDPOINT_URL_SQS: meter.sqs,
    ITEMS_TABLE: 'items',
    COMPUTATIONS_TABLE: 'computations',
    WORK_QUEUE_URL: QueueUrl,
    TENANT_CLAIM: 'sub',
    RESPONSE_CACHE_BYTES: '1000000',
    ACTIVE_PER_TENANT: '1000',
    RETENTION_DAYS: '14',
    MAX_AGE_SECONDS: '86400',
    CHECKPOINT_SECONDS: '20',
    SWEEP_AFTER_SECONDS: '300',
  };
  // biome-ignore lint/style/noProcessEnv: the handlers read it when they are imported, as on Lambda
  Object.assign(process.env, environment);
  const assets = await buildSuite({ replace });
  const [items, computations, reads, worker] = await Promise.all([
    handlerIn<HttpHandler>(assets.items),
    handlerIn<HttpHandler>(assets.computations),
    handlerIn<HttpHandler>(assets['computation-reads']),
    handlerIn<SqsHandler>(assets.worker),
  ]);
  const log = countLog();
  mock.timers.enable({ apis: ['Date'], now: Date.now() });
  let invocations = 0;

  const handlerOf = ({ method = 'GET', path = '/' }: TestRequest): HttpHandler => {
    if (path.startsWith('/items')) return items;
    return method === 'GET' && path.startsWith('/computations/') ? reads : computations;
  };

  /** A request of Lambda's poller: it is billed like any other. */
  const poll = async <T>(action: string, request: Record<string, unknown>): Promise<T> => {
    const body = { QueueUrl, ...request };
    meter.countSqs(JSON.stringify(body));
    return queues.call<T>(action, body);
  };

  return {
    request: async (request: TestRequest): Promise<TestReply> => {
      mock.timers.tick(PART_MS);
      invocations += 1;
      const { method = 'GET', path = '/' } = request;
      const pattern = operationFor(operations, method, path)?.path;
      return call(handlerOf(request), {
        claims: { sub: 'ann' },
        ...(pattern !== undefined && { pattern }),
        ...request,
      });
    },
    /**
     * Works off the queue, or so many of its messages, as the event source mapping does: a receive, an invocation and
     * a delete for each.
     */
    drain: async (most = Number.POSITIVE_INFINITY): Promise<void> => {
      for (let worked = 0; worked < most && (await queues.depth('work')).ready > 0; worked += 1) {
        const { Messages = [] } = await poll<{ Messages?: { Body: string; ReceiptHandle: string }[] }>(
          'ReceiveMessage',
          { MaxNumberOfMessages: 1 },
        );
        for (const { Body, ReceiptHandle } of Messages) {
          mock.timers.tick(PART_MS);
          invocations += 1;
          const { batchItemFailures } = await worker(sqsEvent({ body: Body }), lambdaContext());
          if (batchItemFailures.length > 0) throw new Error(`the worker failed with ${Body}`);
          await poll('DeleteMessage', { ReceiptHandle });
        }
      }
    },
    /** What was used since the last call. */
    used: (): Usage => {
      const usage = { ...meter.take(), invocations, logBytes: log.take() };
      invocations = 0;
      return usage;
    },
    stop: async (): Promise<void> => {
      mock.timers.reset();
      log.restore();
      await meter.stop();
      await Promise.all([queues.stop(), dynamodb.stop()]);
    },
  };
};

export type Suite = Awaited<ReturnType<typeof startSuite>>;
