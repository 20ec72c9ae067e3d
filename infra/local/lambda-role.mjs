// Holds the function of this process to its role: before a kind of request goes to DynamoDB for the first time, the
// platform is asked whether it may. Afterwards it goes straight there, because a role does not change while it runs.

import http from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import { Readable } from 'node:stream';

const verdicts = new Map();
let questions = 0;

/** Asks whether the function may make this call; resolves to the reason for which it may not, or to nothing. */
const ask = (operation, body) =>
  new Promise((resolve) => {
    questions += 1;
    verdicts.set(questions, resolve);
    process.send({ kind: 'question', question: questions, operation, body });
  });

const hear = ({ question, refusal }) => {
  verdicts.get(question)?.(refusal);
  verdicts.delete(question);
};

const entriesOf = (value) => (typeof value === 'object' && value !== null ? Object.entries(value) : []);

const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // DynamoDB's to answer
  }
};

/**
 * Requests of one kind are the same to IAM: it is asked about the operation, and the tables and indexes that it names.
 * Whatever `dynamoDbCalls` in aws-calls.ts reads of a body has to be here.
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

/** Asks about a request when its body is there, and sends it whole. */
const held = (request, mayCall) => {
  const [service, operation = ''] = String(request.getHeader('x-amz-target') ?? '').split('.');
  if (!service.startsWith('DynamoDB')) return request;
  const send = request.end;
  const chunks = [];
  request.write = (chunk, encoding) =>
    chunks.push(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk) > 0;
  request.end = (...rest) => {
    const finished = rest.find((each) => typeof each === 'function');
    const [last, encoding] = rest;
    if (last !== finished && last !== undefined && last !== null) request.write(last, encoding);
    const body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    const verdict = mayCall(operation, parsed(body));
    if (verdict === undefined) return send.call(request, body, finished);
    verdict.then((refusal) => {
      if (refusal === undefined) send.call(request, body, finished);
      else refuse(request, refusal);
    });
    return request;
  };
  return request;
};

/** From now on requests to DynamoDB that are made with Node's own client are asked about. */
export const holdToRole = () => {
  process.on('message', hear);
  const allowed = new Set();
  /** Nothing where the kind of request is known to be allowed, else a promise of the verdict. */
  const mayCall = (operation, body) => {
    const kind = kindOf(operation, body);
    if (allowed.has(kind)) return undefined;
    return ask(operation, body).then((refusal) => {
      if (refusal === undefined) allowed.add(kind);
      return refusal;
    });
  };
  for (const client of [http, https]) {
    const { request } = client;
    client.request = (...args) => held(request(...args), mayCall);
  }
  syncBuiltinESMExports();
};
