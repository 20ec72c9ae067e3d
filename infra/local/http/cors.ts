import type { IncomingHttpHeaders } from 'node:http';
import type { HttpReply } from './reply.ts';

/** The CORS configuration of an API. */
export interface Cors {
  readonly AllowOrigins: readonly string[];
  readonly AllowMethods: readonly string[];
  readonly AllowHeaders: readonly string[];
  readonly ExposeHeaders: readonly string[];
  readonly MaxAge?: number | undefined;
  readonly AllowCredentials: boolean;
}

/** The value of `Access-Control-Allow-Origin` for an origin, or undefined when it is not among the allowed ones. */
const allowedOrigin = ({ AllowOrigins }: Cors, origin: string | undefined): string | undefined => {
  if (origin === undefined) return undefined;
  if (AllowOrigins.includes('*')) return '*';
  return AllowOrigins.includes(origin) ? origin : undefined;
};

const both = (cors: Cors, origin: string): Record<string, string> => ({
  'access-control-allow-origin': origin,
  ...(origin !== '*' && { vary: 'origin' }),
  ...(cors.AllowCredentials && { 'access-control-allow-credentials': 'true' }),
});

/** The answer to a preflight request, which no function ever sees; undefined for any other request. */
export const preflight = (
  cors: Cors,
  method: string | undefined,
  headers: IncomingHttpHeaders,
): HttpReply | undefined => {
  if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return undefined;
  const origin = allowedOrigin(cors, headers.origin);
  const names = (name: string, values: readonly string[]) =>
    values.length > 0 && { [name]: values.join(',') };
  return {
    status: 204,
    headers:
      origin === undefined
        ? {}
        : {
            ...both(cors, origin),
            ...names('access-control-allow-methods', cors.AllowMethods),
            ...names('access-control-allow-headers', cors.AllowHeaders),
            ...(cors.MaxAge !== undefined && { 'access-control-max-age': String(cors.MaxAge) }),
          },
    body: Buffer.alloc(0),
  };
};

/** A reply with the API's CORS headers, which replace those of the function. */
export const withCors = (cors: Cors, origin: string | undefined, reply: HttpReply): HttpReply => {
  const own = Object.entries(reply.headers).filter(([name]) => !name.startsWith('access-control-'));
  const allowed = allowedOrigin(cors, origin);
  return {
    ...reply,
    headers: {
      ...Object.fromEntries(own),
      ...(allowed !== undefined && both(cors, allowed)),
      ...(allowed !== undefined &&
        cors.ExposeHeaders.length > 0 && { 'access-control-expose-headers': cors.ExposeHeaders.join(',') }),
    },
  };
};
