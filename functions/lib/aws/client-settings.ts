import type { Readable } from 'node:stream';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
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

/** A middleware that changes a request before it is signed. */
type BuildMiddleware = <Arguments extends { readonly request: unknown }, Result>(
  next: (args: Arguments) => Promise<Result>,
) => (args: Arguments) => Promise<Result>;

type MakeSigner = DynamoDBClient['config']['signer'];
type Signer = Awaited<ReturnType<MakeSigner>>;

/** What derives the key of a day from credentials: the SDK's signer does in a method that it calls its own. */
interface KeySource {
  getSigningKey?: (credentials: object, ...scope: readonly string[]) => Promise<Uint8Array>;
}

/** What every client of the SDK has. */
interface Client {
  readonly config: { signer: MakeSigner; cacheMiddleware?: boolean };
  readonly middlewareStack: {
    remove(name: string): boolean;
    add(
      middleware: BuildMiddleware,
      options: { readonly step: 'build'; readonly priority: 'low'; readonly name: string },
    ): void;
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

/**
 * From its second call on a client says of itself what the SDK said in the first, which it puts together each time.
 * Then it keeps by their class what goes around its commands, in which what says it anew is no more.
 */
const keepUserAgent = ({ config, middlewareStack }: Client): void => {
  let kept: Record<string, string> | undefined;
  middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { readonly headers: Record<string, string> };
      if (kept === undefined) {
        kept = Object.fromEntries(userAgent.map((name) => [name, headers[name] ?? '']));
        middlewareStack.remove('getUserAgentMiddleware');
        config.cacheMiddleware = true;
      }
      Object.assign(headers, kept);
      return next(args);
    },
    { step: 'build', priority: 'low', name: 'keepUserAgent' },
  );
};

/**
 * Takes from a client what costs a third of the processor time of its calls and serves nobody here: a user agent, a
 * signer and a sorted list of middlewares for each call, and more. The middleware for a logger filters every input
 * and output for one that throws them away. And each call copies the client's configuration several times: the way in
 * which the SDK assembles it leaves V8 with a hash table, property by property slow to copy. Of what is somebody's
 * prototype V8 makes an ordinary object again, which is copied at once.
 * Source: `JSObject::OptimizeAsPrototype` in V8, and https://github.com/sindresorhus/to-fast-properties
 */
export const trimmed = <C extends Client>(client: C): C => {
  client.middlewareStack.remove('loggerMiddleware');
  keepUserAgent(client);
  keepSigner(client);
  Object.create(client.config);
  return client;
};
