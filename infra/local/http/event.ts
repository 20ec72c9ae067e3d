import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { APIGatewayEventRequestContextJWTAuthorizer, APIGatewayProxyEventV2 } from 'aws-lambda';

export interface EventInput {
  readonly request: IncomingMessage;
  /** As {@link headersOf} the request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly requestId: string;
  readonly received: Date;
  readonly body: Buffer;
  readonly apiId: string;
  readonly accountId: string;
  readonly routeKey: string;
  /** Decoded. */
  readonly path: string;
  readonly query: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly traceId: string;
  /** What the route's authorizer has found out; undefined where it has none. */
  readonly authorizer:
    | { readonly claims: Readonly<Record<string, string>>; readonly scopes: readonly string[] }
    | undefined;
}

/** An event as an HTTP API with a JWT authorizer sends it. */
type HttpEvent = APIGatewayProxyEventV2 & {
  readonly requestContext: {
    readonly authorizer?: { readonly jwt: APIGatewayEventRequestContextJWTAuthorizer['jwt'] };
  };
};

/** The event of a request in payload format 2.0. */
export const eventOf = (input: EventInput): HttpEvent => {
  const { request, body, apiId, accountId, routeKey, path, query, parameters, received, authorizer } = input;
  const { cookie, ...headers } = input.headers;
  const sourceIp = request.socket.remoteAddress ?? '';
  const host = headers.host ?? '';
  const domainName = host.replace(/:\d+$/, '');
  const encoded = !isText(headers['content-type'], body);
  const queryStringParameters = joined(new URLSearchParams(query));

  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookie !== undefined && { cookies: cookie.split(';').map((each) => each.trim()) }),
    headers: {
      ...headers,
      'x-amzn-trace-id': input.traceId,
      'x-forwarded-for': sourceIp,
      'x-forwarded-port': /:(\d+)$/.exec(host)?.[1] ?? '80',
      'x-forwarded-proto': 'http',
    },
    ...(query !== '' && { queryStringParameters }),
    ...(Object.keys(parameters).length > 0 && { pathParameters: parameters }),
    requestContext: {
      accountId,
      apiId,
      ...(authorizer && {
        authorizer: { jwt: { claims: { ...authorizer.claims }, scopes: [...authorizer.scopes] } },
      }),
      domainName,
      domainPrefix: domainName.split('.')[0] ?? '',
      http: {
        method: request.method ?? '',
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: input.requestId,
      routeKey,
      stage: '$default',
      time: timeOf(received),
      timeEpoch: received.getTime(),
    },
    ...(body.length > 0 && { body: body.toString(encoded ? 'base64' : 'utf8') }),
    isBase64Encoded: body.length > 0 && encoded,
  };
};

/** Lower-cased, the values of a name that comes twice joined by a comma (cookies by a semicolon). */
export const headersOf = ({ rawHeaders }: IncomingMessage): Record<string, string> => {
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = rawHeaders[index + 1] ?? '';
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}${name === 'cookie' ? '; ' : ','}${value}`);
  }
  return Object.fromEntries(headers);
};

const joined = (parameters: URLSearchParams): Record<string, string> =>
  Object.fromEntries(
    [...new Set(parameters.keys())].map((name) => [name, parameters.getAll(name).join(',')]),
  );

/** What API Gateway hands over as text; bytes that are no text cannot travel that way whatever they are called. */
const isText = (contentType: string | undefined, body: Buffer): boolean => {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const textual = type.startsWith('text/') || /^application\/(json|javascript|xml)$/.test(type);
  return textual && isUtf8(body);
};

/** `12/Mar/2020:19:03:58 +0000` */
const timeOf = (date: Date): string => {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+) GMT$/.exec(date.toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
};
