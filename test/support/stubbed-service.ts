import { Readable } from 'node:stream';

/** What a client of the SDK sends, as far as tests look at it. */
interface SentRequest {
  readonly body: Uint8Array;
}

interface Response {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Readable;
}

/** What a service does with one request. */
export type Reply = () => Promise<{ readonly response: Response }>;

const respond = async (statusCode: number, body: Readable) => ({
  response: { statusCode, headers: {}, body },
});

/** The service answers with this JSON. */
export const answers =
  (body: object = {}): Reply =>
  () =>
    respond(200, Readable.from([Buffer.from(JSON.stringify(body))]));

/** The service answers with one of its errors, and what else stands in it. */
export const refuses =
  (statusCode: number, name: string, more: object = {}): Reply =>
  () =>
    respond(
      statusCode,
      Readable.from([Buffer.from(JSON.stringify({ __type: `com.amazonaws#${name}`, ...more }))]),
    );

/** No answer ever comes. */
export const silence: Reply = () => new Promise(() => {});

/** An answer begins and never ends. */
export const halfAnswer: Reply = () => {
  const body = new Readable({ read: () => {} });
  body.push('{"Item":');
  return respond(200, body);
};

/** An answer that is no JSON. */
export const garbledAnswer: Reply = () => respond(200, Readable.from([Buffer.from('{"Attributes":')]));

/** The connection breaks, or was never made, as Node.js reports it. */
export const breaks =
  (code: string): Reply =>
  () =>
    Promise.reject(Object.assign(new Error(code), { code }));

/** The options of a client of the SDK whose service does nothing but what a test says, reply by reply. */
export const stubbedService = (otherwise: Reply = answers()) => {
  const sent: unknown[] = [];
  const replies: Reply[] = [];
  return {
    /** The bodies of the requests that it got. */
    sent,
    /** What it does with the next requests, in order. */
    next: (...more: readonly Reply[]) => replies.push(...more),
    options: {
      region: 'eu-central-1',
      credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
      requestHandler: {
        handle: (request: SentRequest) => {
          sent.push(JSON.parse(new TextDecoder().decode(request.body)));
          return (replies.shift() ?? otherwise)();
        },
      },
    },
  };
};
