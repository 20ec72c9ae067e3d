import type { Readable } from 'node:stream';
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

/** What every client of the SDK has. */
interface Client {
  readonly config: object;
  readonly middlewareStack: { remove(name: string): boolean };
}

/**
 * Takes from a client what costs a sixth of the processor time of its calls and serves nobody here. The middleware
 * for a logger filters every input and output for one that throws them away. And each call copies the client's
 * configuration several times: the way in which the SDK assembles it leaves V8 with a hash table, property by
 * property slow to copy. Of what is somebody's prototype V8 makes an ordinary object again, which is copied at once.
 * Source: `JSObject::OptimizeAsPrototype` in V8, and https://github.com/sindresorhus/to-fast-properties
 */
export const trimmed = <C extends Client>(client: C): C => {
  client.middlewareStack.remove('loggerMiddleware');
  Object.create(client.config);
  return client;
};
