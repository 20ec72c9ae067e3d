// Enforces the role of the function of this process: before a kind of request goes to DynamoDB for the first time, the
// platform is asked whether it may. Afterwards it goes straight there, because a role does not change while it runs.

import { ClientRequest } from 'node:http';
import { Readable } from 'node:stream';

const entriesOf = (value) => (typeof value === 'object' && value !== null ? Object.entries(value) : []);

const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // DynamoDB says what is wrong with it
  }
};

/**
 * Requests of one kind are the same to IAM: it is asked about the operation, and the tables and indexes that it names.
 * Whatever `dynamoDbCalls` in iam/calls.ts reads of a body has to be here.
 */
const kindOf = (operation, body) =>
  JSON.stringify([
    operation,
    body?.TableName,
    body?.IndexName,
    entriesOf(body?.RequestItems).map(([table]) => table),
    entriesOf(body?.TransactItems).map(([, item]) =>
      entriesOf(item).map(([action, part]) => [action, part?.TableName]),
    ),
  ]);

/** Answers a request that was not sent, as DynamoDB answers what a role does not allow. */
const refuse = (request, Message) => {
  const body = Buffer.from(
    JSON.stringify({ __type: 'com.amazon.coral.service#AccessDeniedException', Message }),
  );
  const answer = Object.assign(Readable.from([body]), {
    statusCode: 400,
    statusMessage: 'Bad Request',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'content-length': String(body.length) },
  });
  request.on('error', () => {}); // it ends without an answer from anybody else
  request.emit('response', answer);
  request.destroy();
};

/** The operation of a request to DynamoDB; nothing for any other. */
const operationOf = (request) => {
  const [service, operation = ''] = String(request.getHeader('x-amz-target') ?? '').split('.');
  return service.startsWith('DynamoDB') ? operation : undefined;
};

/** What the calls of `write` and `end` of a request send together. */
const textOf = (calls) => {
  const pieces = calls
    .filter(([chunk]) => typeof chunk === 'string' || chunk instanceof Uint8Array)
    .map(([chunk, encoding]) => (typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk));
  return Buffer.concat(pieces).toString();
};

/**
 * Checks from now on the requests to DynamoDB that are made with Node's own client: `authorize` says why the role does
 * not allow one, or nothing. A request that is written in pieces is held until it is whole.
 */
export const enforceRole = (authorize) => {
  const allowed = new Set();
  const refusalOf = (operation, body) => {
    const kind = kindOf(operation, body);
    if (allowed.has(kind)) return undefined;
    const refusal = authorize(operation, body);
    if (refusal === undefined) allowed.add(kind);
    return refusal;
  };
  const { prototype } = ClientRequest;
  const { write, end } = prototype;
  /** The calls of `write` that are held, by request. */
  const held = new WeakMap();

  prototype.write = function (...call) {
    if (operationOf(this) === undefined) return write.apply(this, call);
    held.set(this, [...(held.get(this) ?? []), call]);
    return true;
  };

  prototype.end = function (...call) {
    const operation = operationOf(this);
    if (operation === undefined) return end.apply(this, call);
    const calls = held.get(this) ?? [];
    const refusal = refusalOf(operation, parsed(textOf([...calls, call])));
    if (refusal !== undefined) {
      process.nextTick(refuse, this, refusal);
      return this;
    }
    for (const each of calls) write.apply(this, each);
    return end.apply(this, call);
  };
};
