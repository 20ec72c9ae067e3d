import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** A request that went through, and what it cost. */
interface Passed {
  /** Such as `PutItem`. */
  readonly operation: string;
  readonly capacityUnits: number | undefined;
}

/** What happens to a request instead of its answer. */
export type Fault =
  /** It never arrives. */
  | { readonly kind: 'request-lost' }
  /** It is carried out, its answer is lost, and something may happen before the connection breaks. */
  | { readonly kind: 'answer-lost'; readonly meanwhile?: () => Promise<unknown> }
  /** DynamoDB answers this error. */
  | { readonly kind: 'error'; readonly status: number; readonly name: string };

/** Stands between the SDK and DynamoDB: counts requests and what they cost, and breaks those it is told to. */
export const startProxy = async (target: string) => {
  const passed: Passed[] = [];
  const faults: Fault[] = [];
  let asked = 0;

  const forward = async (request: IncomingMessage) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const input: Record<string, unknown> = JSON.parse(Buffer.concat(chunks).toString());
    const headers = { ...request.headers } as Record<string, string>;
    delete headers['content-length'];
    delete headers.connection;
    delete headers.host;
    return () =>
      fetch(target, {
        method: 'POST',
        headers,
        body: JSON.stringify({ ...input, ReturnConsumedCapacity: 'TOTAL' }),
      }).then(async (answer) => ({ status: answer.status, text: await answer.text() }));
  };

  const answer = (response: ServerResponse, status: number, text: string) =>
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(text);

  const server = createServer(async (request, response) => {
    asked += 1;
    const send = await forward(request);
    const fault = faults.shift();
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    if (fault?.kind === 'request-lost') return request.socket.destroy();
    if (fault?.kind === 'error') {
      const type = `com.amazonaws.dynamodb.v20120810#${fault.name}`;
      return answer(response, fault.status, JSON.stringify({ __type: type, message: 'the table is secret' }));
    }
    const { status, text } = await send();
    const { ConsumedCapacity } = JSON.parse(text);
    passed.push({ operation, capacityUnits: ConsumedCapacity?.CapacityUnits });
    if (fault?.kind === 'answer-lost') {
      await fault.meanwhile?.();
      return request.socket.destroy();
    }
    return answer(response, status, text);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;

  return {
    endpoint: `http://127.0.0.1:${port}`,
    /** The faults of the next requests, in order. */
    break: (...next: readonly Fault[]) => faults.push(...next),
    /** No more faults. */
    forget: () => faults.splice(0),
    /** How many requests have come so far, broken ones too. */
    asked: () => asked,
    /** What went through since the last call. */
    passed: () => passed.splice(0),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
