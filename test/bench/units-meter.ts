import { once } from 'node:events';
import { createServer } from 'node:http';
import { itemBytes } from '../../infra/local/storage/table-size.ts';

/** What was used of the two services that are billed by request. */
export interface Units {
  /** DynamoDB's, of 1 KB. */
  readonly writes: number;
  /** DynamoDB's, of 4 KB, strongly consistent; an eventually consistent read is half of one. */
  readonly reads: number;
  /** Requests to SQS, of 64 KB. */
  readonly sqs: number;
}

const WRITE_KB = 1_024;
const SQS_BYTES = 65_536;

const writing: ReadonlySet<string> = new Set(['PutItem', 'UpdateItem', 'DeleteItem']);
const reading: ReadonlySet<string> = new Set(['GetItem', 'BatchGetItem', 'Query']);

interface DynamoDbAnswer {
  readonly __type?: string;
  readonly Item?: Parameters<typeof itemBytes>[0];
  readonly ConsumedCapacity?:
    | { readonly CapacityUnits: number }
    | readonly { readonly CapacityUnits: number }[];
}

/**
 * Write or read units of an answered request. A conditional write that failed says nothing about them, though it is
 * billed by the item that stood in its way (returned with the failure), one unit at least.
 */
const capacityOf = (operation: string, answer: DynamoDbAnswer): number => {
  if (answer.__type?.endsWith('ConditionalCheckFailedException')) {
    return Math.max(1, Math.ceil(itemBytes(answer.Item ?? {}) / WRITE_KB));
  }
  const { ConsumedCapacity } = answer;
  if (ConsumedCapacity === undefined) throw new Error(`${operation}: ${JSON.stringify(answer)}`);
  return [ConsumedCapacity].flat().reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);
};

/** The answer with its binary values as bytes, as the SDK has them. */
const parsed = (answer: string): DynamoDbAnswer =>
  JSON.parse(answer, (name, value) =>
    name === 'B' && typeof value === 'string' ? Buffer.from(value, 'base64') : value,
  );

/** Forwards requests, changed on their way, and shows what came of each. */
const startProxy = async (
  target: string,
  change: (body: string) => string,
  seen: (operation: string, request: string, answer: string) => void,
) => {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = change(Buffer.concat(chunks).toString());
    const { host, connection, 'content-length': length, ...headers } = request.headers;
    const answer = await fetch(new URL(request.url ?? '/', target), {
      method: 'POST',
      headers: headers as Record<string, string>,
      body,
    });
    const text = await answer.text();
    seen(String(request.headers['x-amz-target']).split('.')[1] ?? '', body, text);
    // Else the SDK sees that its clock, which a test drives, is wrong, and sends what failed once more.
    response.sendDate = false;
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' }).end(text);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

/** Stands on the wire before DynamoDB and SQS, and counts what every request there is billed as. */
export const startMeter = async (targets: { readonly dynamodb: string; readonly sqs: string }) => {
  let used = { writes: 0, reads: 0, sqs: 0 };
  const countSqs = (request: string) => {
    used.sqs += Math.max(1, Math.ceil(Buffer.byteLength(request) / SQS_BYTES));
  };
  const dynamodb = await startProxy(
    targets.dynamodb,
    (body) => JSON.stringify({ ...JSON.parse(body), ReturnConsumedCapacity: 'INDEXES' }),
    (operation, _, answer) => {
      const units = capacityOf(operation, parsed(answer));
      if (writing.has(operation)) used.writes += units;
      else if (reading.has(operation)) used.reads += units;
      else throw new Error(`${operation} has no price here`);
    },
  );
  const sqs = await startProxy(
    targets.sqs,
    (body) => body,
    (_, request) => countSqs(request),
  );
  return {
    dynamodb: dynamodb.endpoint,
    sqs: sqs.endpoint,
    /** Counts a request to SQS that did not come this way. */
    countSqs,
    /** What was used since the last call. */
    take: (): Units => {
      const taken = used;
      used = { writes: 0, reads: 0, sqs: 0 };
      return taken;
    },
    stop: () => Promise.all([dynamodb.stop(), sqs.stop()]),
  };
};
