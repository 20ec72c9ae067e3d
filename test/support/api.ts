import { requestToken } from '../../infra/local/auth/request-token.ts';

/** An answer, its body parsed where it is JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of a body
  readonly body: any;
}

export interface Call {
  readonly headers?: Record<string, string>;
  /** Sent as JSON, unless it is a text or bytes. */
  readonly body?: unknown;
}

/** Who calls: a client of the platform's identity provider, which is a tenant of its own. */
export interface Caller {
  readonly tenant?: string;
  /** Separated by spaces; every one by default. */
  readonly scope?: string;
}

/** A token of the platform's identity provider. */
export const tokenOf = (url: string, { tenant = 'test', scope }: Caller = {}): Promise<string> =>
  requestToken(url, { tenant, scope });

/** Calls an API over HTTP as any client does, with a token for everything unless the call brings its own header. */
export const client = (url: string, caller: Caller = {}) => {
  const call = anonymous(url);
  let token: Promise<string> | undefined;
  return async (method: string, path: string, { headers = {}, body }: Call = {}): Promise<Answer> => {
    token ??= tokenOf(url, caller);
    return call(method, path, { headers: { authorization: `Bearer ${await token}`, ...headers }, body });
  };
};

/** Calls an API over HTTP without a token. */
export const anonymous =
  (url: string) =>
  async (method: string, path: string, { headers = {}, body }: Call = {}): Promise<Answer> => {
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(url + path, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: raw ? (body as string) : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = text !== '' && response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };

/** Waits until a condition holds, looking again every so often; fails after a bound that is generous on purpose. */
export const until = async <T>(
  look: () => Promise<T | undefined | false>,
  what: string,
  boundMs = 60_000,
): Promise<T> => {
  const end = Date.now() + boundMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
};
