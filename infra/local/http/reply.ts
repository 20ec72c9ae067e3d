import * as z from 'zod/mini';

/** What goes to the client. */
export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

/** An answer of the gateway itself. */
export const gatewayReply = (status: number, message: string): HttpReply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify({ message })),
});

/** What the gateway answers by itself, word for word. */
export const gatewayReplies = {
  badRequest: gatewayReply(400, 'Bad Request'),
  notFound: gatewayReply(404, 'Not Found'),
  tooLarge: gatewayReply(413, 'Request Entity Too Large'),
  tooManyRequests: gatewayReply(429, 'Too Many Requests'),
  serverError: gatewayReply(500, 'Internal Server Error'),
  unavailable: gatewayReply(503, 'Service Unavailable'),
};

type Headers = Readonly<Record<string, string | number | boolean>>;

const isHeaders = (value: unknown): value is Headers =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((each) => ['string', 'number', 'boolean'].includes(typeof each));

const structured = z.object({
  statusCode: z.coerce.number().check(z.int(), z.minimum(200), z.maximum(599)),
  // One check for all: a schema for each value took as long as the rest of this.
  headers: z.nullish(z.custom<Headers>(isHeaders)),
  cookies: z.nullish(z.array(z.string())),
  body: z.nullish(z.string()),
  isBase64Encoded: z.nullish(z.boolean()),
});

/**
 * Reads a function's answer as payload format 2.0 does: an object with a `statusCode` is a response, anything else
 * is the JSON body of a 200. Undefined for a response that is malformed, which API Gateway answers with 500.
 */
export const replyOf = (payload: string): HttpReply | undefined => {
  const answer: unknown = JSON.parse(payload);
  if (typeof answer !== 'object' || answer === null || !Object.hasOwn(answer, 'statusCode')) {
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(typeof answer === 'string' ? answer : payload),
    };
  }
  const parsed = structured.safeParse(answer);
  if (!parsed.success) return undefined;
  const { statusCode, headers, cookies, body, isBase64Encoded } = parsed.data;
  return {
    status: statusCode,
    headers: {
      ...(body != null && body !== '' && { 'content-type': 'text/plain; charset=utf-8' }), // unless the function says
      ...Object.fromEntries(
        Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]),
      ),
      ...(cookies != null && cookies.length > 0 && { 'set-cookie': cookies }),
    },
    body: Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8'),
  };
};
