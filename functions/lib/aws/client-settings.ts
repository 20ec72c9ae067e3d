import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { getSchemaSerdePlugin } from '@smithy/core/schema';
import { Sha256 } from './sha256.ts';

/**
 * An answer's body, whole. The SDK's own collector pipes it through a stream that it makes for each, which takes a
 * twentieth of a call's processor time.
 */
const collected = (body: Readable): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    body.on('data', (chunk: Buffer) => chunks.push(chunk));
    body.on('end', () => resolve(Buffer.concat(chunks)));
    body.on('error', reject);
  });

/**
 * One client a service and instance, made at init, with keep-alive by default. A call is tried three times at most.
 * The timeouts end the connection of an attempt that `guardAttempts` has given up.
 */
export const settings = {
  maxAttempts: 3,
  sha256: Sha256,
  streamCollector: collected,
  requestHandler: {
    connectionTimeout: 1_000,
    requestTimeout: 2_000,
    socketTimeout: 2_000,
    throwOnRequestTimeout: true,
  },
} as const;

/** What a middleware is given for each call; the request is there from the step `build` on. */
interface Arguments {
  readonly input: object;
  readonly request: unknown;
}

interface Result {
  readonly response: unknown;
  readonly output: { readonly $metadata: { attempts?: number; totalRetryDelay?: number } };
}

type Handler = (args: Arguments) => Promise<Result>;

/** What the SDK keeps of one call; with `cacheMiddleware`, of all calls of a class of commands. */
interface Context {
  readonly commandName?: string;
  readonly endpointV2?: object;
}

type Middleware = (next: Handler, context: Context) => Handler;

type MakeSigner = DynamoDBClient['config']['signer'];
type Signer = Awaited<ReturnType<MakeSigner>>;

/** What derives the key of a day from credentials: the SDK's signer does in a method that it calls its own. */
interface KeySource {
  getSigningKey?: (credentials: object, ...scope: readonly string[]) => Promise<Uint8Array>;
}

/** What every client of the SDK has. */
interface Client {
  config: Parameters<typeof getSchemaSerdePlugin>[0] &
    Pick<DynamoDBClient['config'], 'maxAttempts' | 'retryStrategy'> & {
      signer: MakeSigner;
      cacheMiddleware?: boolean;
    };
  readonly middlewareStack: {
    remove(name: string): boolean;
    addRelativeTo(
      middleware: Middleware,
      options: {
        readonly relation: 'before' | 'after';
        readonly toMiddleware: string;
        readonly name: string;
      },
    ): void;
    use(plugin: ReturnType<typeof getSchemaSerdePlugin>): void;
  };
}

/**
 * Makes a client's signer once, which the SDK makes for each call, and lets it keep the key of the day, which the SDK
 * looks up under a hash of the credentials: a sixteenth of an invocation.
 */
const keepSigner = ({ config }: Client): void => {
  const make = config.signer;
  let made: Promise<Signer> | undefined;
  config.signer = (scheme) => {
    made ??= make(scheme).then(keepKey, (error) => {
      made = undefined;
      throw error;
    });
    return made;
  };
};

const keepKey = (signer: Signer & KeySource): Signer => {
  const derive = signer.getSigningKey;
  if (derive === undefined) return signer;
  let kept:
    | { readonly credentials: object; readonly scope: string; readonly key: Promise<Uint8Array> }
    | undefined;
  signer.getSigningKey = (credentials, ...scope) => {
    const wanted = scope.join('/');
    if (kept?.credentials !== credentials || kept.scope !== wanted) {
      const key = derive.call(signer, credentials, ...scope);
      key.catch(() => {
        kept = undefined;
      });
      kept = { credentials, scope: wanted, key };
    }
    return kept.key;
  };
  return signer;
};

/** What the SDK calls the headers in which it says what it is. */
const userAgent = ['user-agent', 'x-amz-user-agent'];

const headersOf = ({ request }: Arguments): Record<string, string> =>
  (request as { readonly headers: Record<string, string> }).headers;

/**
 * From its second call on a client says of itself what the SDK said in the first, which it puts together each time.
 * Then it keeps by their class what goes around its commands, in which what says it anew is no more.
 */
const keepUserAgent = (client: Client): void => {
  let kept: Record<string, string> | undefined;
  client.middlewareStack.addRelativeTo(
    (next) => (args) => {
      const headers = headersOf(args);
      if (kept === undefined) {
        kept = Object.fromEntries(userAgent.map((name) => [name, headers[name] ?? '']));
        client.middlewareStack.remove('getUserAgentMiddleware');
        client.config.cacheMiddleware = true;
      }
      Object.assign(headers, kept);
      return next(args);
    },
    { relation: 'before', toMiddleware: 'retryMiddleware', name: 'keepUserAgent' },
  );
};

/**
 * Adds a middleware that can leave out others: it stands before `first`, and is told what follows `last`, which `seen`
 * may change for those that come through all of them.
 */
const addAround = (
  { middlewareStack }: Client,
  first: string,
  last: string,
  around: (through: Handler, past: Handler, context: Context) => Handler,
  seen = (next: Handler) => next,
): void => {
  const following = new WeakMap<Context, Handler>();
  middlewareStack.addRelativeTo(
    (next, context) => {
      following.set(context, next);
      return seen(next);
    },
    { relation: 'after', toMiddleware: last, name: `after-${last}` },
  );
  middlewareStack.addRelativeTo(
    // The SDK puts a chain together from its end.
    (next, context) => around(next, following.get(context) ?? next, context),
    { relation: 'before', toMiddleware: first, name: `before-${first}` },
  );
};

/**
 * Lets a class of commands keep its endpoint and the way of signing, which the SDK looks up for each call: a tenth of an
 * invocation. The address of a table or a queue depends on nothing that a call says, and the signer asks for credentials
 * itself.
 */
const keepEndpoint = (client: Client): void =>
  addAround(
    client,
    'httpAuthSchemeMiddleware',
    'endpointV2Middleware',
    (through, past, context) => (args) => (context.endpointV2 === undefined ? through : past)(args),
  );

/** With what a success at the first attempt is told to the SDK's retries, which have a quota and refill it then. */
const firstToken = { getRetryCount: () => 0, getRetryDelay: () => 0, getRetryCost: () => undefined };

/**
 * Makes the first attempt outside of the SDK's retries, which come in when it has failed, and are told of it as of
 * theirs: before the first attempt they make an error with its stack for the case of need, an eighth of an invocation.
 */
const attemptFirst = (client: Client): void => {
  const failures = new WeakMap<Arguments, { readonly error: unknown; readonly invocationId: string }>();
  addAround(
    client,
    'retryMiddleware',
    'retryMiddleware',
    (retried, attempt) => async (args) => {
      const headers = headersOf(args);
      const invocationId = randomUUID();
      headers['amz-sdk-invocation-id'] = invocationId;
      headers['amz-sdk-request'] = `attempt=1; max=${await client.config.maxAttempts()}`;
      const strategy = await client.config.retryStrategy();
      try {
        const result = await attempt(args);
        result.output.$metadata.attempts = 1;
        result.output.$metadata.totalRetryDelay = 0;
        if ('recordSuccess' in strategy) strategy.recordSuccess(firstToken);
        return result;
      } catch (error) {
        failures.set(args, { error, invocationId });
        return retried(args);
      }
    },
    (next) => async (args) => {
      const failure = failures.get(args);
      if (failure === undefined) return next(args);
      failures.delete(args);
      headersOf(args)['amz-sdk-invocation-id'] = failure.invocationId; // the same for all attempts
      throw failure.error;
    },
  );
};

/**
 * Takes from a client what costs half of the processor time of its calls and serves nobody here: a user agent, a
 * signer, an endpoint, an error and a sorted list of middlewares for each call, and more. The middleware for a logger
 * filters every input and output for one that throws them away. And each call copies the client's configuration twice:
 * the way in which the SDK assembles it leaves V8 with a hash table and a getter, property by property slow to copy.
 * A copy is an ordinary object, which is copied at once; what reads and writes messages is made anew with it.
 */
export const trimmed = <C extends Client>(client: C): C => {
  client.middlewareStack.remove('loggerMiddleware');
  keepUserAgent(client);
  keepEndpoint(client);
  attemptFirst(client);
  keepSigner(client);
  client.config = { ...client.config };
  client.middlewareStack.use(getSchemaSerdePlugin(client.config));
  return client;
};
