import type { APIGatewayProxyEventV2, Context, SQSEvent } from 'aws-lambda';
import type { HttpResult } from '../../functions/lib/http/middleware/event.ts';
import { type AnyOperation, routeKeys } from '../../functions/lib/http/operation.ts';

export interface TestRequest {
  readonly method?: string;
  /** With its query: `/items?limit=2`. */
  readonly path?: string;
  /** The path of the route that API Gateway has found, such as `/items/{id}`; none: its `$default` route. */
  readonly pattern?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A value becomes JSON; a string or bytes stay what they are. */
  readonly body?: unknown;
  /** The claims of the token, as the JWT authorizer passes them on. */
  readonly claims?: Readonly<Record<string, string>> | undefined;
}

/** The parameters of a path that matches a pattern such as `/items/{id}`; undefined where it does not. */
const parametersOf = (pattern: string, path: string): Record<string, string> | undefined => {
  const groups = pattern.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  const match = new RegExp(`^${groups}$`).exec(path);
  return match === null ? undefined : { ...match.groups };
};

/** The operation that a request leads to, as API Gateway finds it; undefined where no route matches. */
export const operationFor = (
  operations: readonly AnyOperation[],
  method: string,
  path: string,
): AnyOperation | undefined =>
  operations.find(
    (operation) =>
      routeKeys(operation).some((key) => key.startsWith(`${method} `)) &&
      parametersOf(operation.path, path.split('?')[0] ?? '') !== undefined,
  );

/** The media types that API Gateway passes on as text; everything else arrives in base64. */
const isText = (type: string): boolean =>
  /^(?:text\/.*|application\/(?:json|javascript|xml))$/.test(type.split(';')[0]?.trim().toLowerCase() ?? '');

const bytesOf = (body: unknown): Buffer => {
  if (body instanceof Uint8Array) return Buffer.from(body);
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
};

/** An event as an HTTP API sends it (payload format 2.0). */
export const httpEvent = ({
  method = 'GET',
  path = '/',
  pattern,
  headers = {},
  body,
  claims,
}: TestRequest): APIGatewayProxyEventV2 => {
  const [encodedPath = '/', rawQueryString = ''] = path.split('?');
  const rawPath = decodeURIComponent(encodedPath);
  const parameters = Object.entries((pattern && parametersOf(pattern, encodedPath)) || {});
  const all: Record<string, string> = { host: 'localhost:3000' };
  if (body !== undefined) all['content-type'] = 'application/json';
  for (const [name, value] of Object.entries(headers)) all[name.toLowerCase()] = value;
  const query: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    query[name] = query[name] === undefined ? value : `${query[name]},${value}`;
  }
  const base64 = body !== undefined && !isText(all['content-type'] ?? '');
  return {
    version: '2.0',
    routeKey: pattern === undefined ? '$default' : `${method} ${pattern}`,
    rawPath,
    rawQueryString,
    headers: all,
    ...(rawQueryString === '' ? {} : { queryStringParameters: query }),
    ...(parameters.length > 0 && {
      pathParameters: Object.fromEntries(
        parameters.map(([name, value]) => [name, decodeURIComponent(value)]),
      ),
    }),
    requestContext: {
      accountId: '123456789012',
      apiId: 'api',
      ...(claims && {
        authorizer: { principalId: '', integrationLatency: 0, jwt: { claims, scopes: [] } },
      }),
      domainName: 'localhost',
      domainPrefix: 'localhost',
      http: {
        method,
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: 'test',
      },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: pattern === undefined ? '$default' : `${method} ${pattern}`,
      stage: '$default',
      time: '20/Nov/2026:12:00:00 +0000',
      timeEpoch: Date.parse('2026-11-20T12:00:00Z'),
    },
    ...(body === undefined ? {} : { body: bytesOf(body).toString(base64 ? 'base64' : 'utf8') }),
    isBase64Encoded: base64,
  };
};

/** What Lambda tells a function about its invocation. */
export const lambdaContext = (remainingMs = 10_000): Context => ({
  callbackWaitsForEmptyEventLoop: true,
  functionName: 'test',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:test',
  memoryLimitInMB: '512',
  awsRequestId: '8e03978e-40d5-43dd-bc93-6894a57f9324',
  logGroupName: '/aws/lambda/test',
  logStreamName: 'stream',
  getRemainingTimeInMillis: () => remainingMs,
  done: () => {},
  fail: () => {},
  succeed: () => {},
});

/** An event as an event source mapping sends it. */
export const sqsEvent = (
  ...messages: readonly { readonly body: string; readonly receiveCount?: number }[]
): SQSEvent => ({
  Records: messages.map(({ body, receiveCount = 1 }, n) => ({
    messageId: `message-${n}`,
    receiptHandle: `handle-${n}`,
    body,
    attributes: {
      ApproximateReceiveCount: String(receiveCount),
      SentTimestamp: '0',
      SenderId: 'sender',
      ApproximateFirstReceiveTimestamp: '0',
      MessageGroupId: 'group',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:queue',
    awsRegion: 'us-east-1',
  })),
});

export interface TestReply {
  readonly status: number | undefined;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON value; undefined where there is no body. */
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects
  readonly body: any;
}

/** Calls an HTTP handler as API Gateway does. */
export const call = async (
  handler: (event: APIGatewayProxyEventV2, context: Context) => Promise<HttpResult>,
  request: TestRequest,
): Promise<TestReply> => {
  const { statusCode, headers = {}, body } = await handler(httpEvent(request), lambdaContext());
  return {
    status: statusCode,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
    ),
    body: body === undefined ? undefined : JSON.parse(body),
  };
};
