import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { spawnGuarded } from '../machine/guarded-process.ts';
import { freePort } from '../machine/loopback.ts';
import { PlatformError } from '../platform-error.ts';
import type { Service, ServiceType } from '../service.ts';
import { ownerClient } from './tables.ts';

export interface DynamoDb extends Service {
  stop(): Promise<void>;
}

export interface DynamoDbOptions {
  /** An endpoint to use instead of starting one. */
  readonly endpoint: string | undefined;
  /** The file that holds the data; undefined: data lives in memory. */
  readonly file: string | undefined;
  /** Called when the process ends although nobody stopped it. */
  readonly onExit: (error: Error) => void;
}

/**
 * Starts Dynoxide, or uses the endpoint given. Resolves when it listens; throws a {@link PlatformError} that says
 * what to install when there is no Dynoxide on this machine.
 */
export const startDynamoDb = async (
  { endpoint, file, onExit }: DynamoDbOptions,
  command = dynoxide(),
): Promise<DynamoDb> => {
  if (endpoint !== undefined) return { endpoint, stop: async () => {} };
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const started = await startDynoxide(command, port, file, onExit);
    if ('stop' in started) return { endpoint: `http://127.0.0.1:${port}`, stop: started.stop };
    // Somebody may take the port between our asking for a free one and Dynoxide's listening on it.
    if (attempt >= 5 || !started.problem.includes('already in use')) {
      throw new PlatformError(`DynamoDB (Dynoxide) did not start: ${started.problem}`);
    }
  }
};

/** The binary of the optional dependency, else the command on PATH. */
const dynoxide = (): string => {
  try {
    return createRequire(import.meta.url).resolve(`@dynoxide/${process.platform}-${process.arch}/dynoxide`);
  } catch {
    return 'dynoxide';
  }
};

const startDynoxide = async (
  command: string,
  port: number,
  file: string | undefined,
  onExit: (error: Error) => void,
): Promise<{ stop(): Promise<void> } | { problem: string }> => {
  const args = ['serve', '--host', '127.0.0.1', '--port', String(port)];
  if (file !== undefined) args.push('--db-path', file);
  // More threads would wait for one another: SQLite does one thing at a time.
  // biome-ignore lint/style/noProcessEnv: what it would get anyway
  const child = spawnGuarded(command, args, { env: { ...process.env, TOKIO_WORKER_THREADS: '1' } });
  const exited = once(child, 'exit').then(() => false as const);
  let output = '';
  const listening = new Promise<true>((resolve) => {
    const collect = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4_096);
      if (output.includes('listening on')) resolve(true);
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
  });

  if (!(await Promise.race([listening, exited]))) {
    if (child.exitCode === 127) throw new PlatformError(missing);
    return { problem: output.trim() };
  }
  let stopping = false;
  void exited.then(() => {
    if (!stopping) onExit(new PlatformError(`DynamoDB (Dynoxide) stopped by itself: ${output.trim()}`));
  });
  return {
    stop: async () => {
      stopping = true;
      child.kill('SIGTERM');
      const patience = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await exited;
      clearTimeout(patience);
    },
  };
};

const missing =
  'There is no DynamoDB on this machine: install Dynoxide (https://github.com/nubo-db/dynoxide) so that the command ' +
  'dynoxide is on the PATH, or set AWS_ENDPOINT_URL_DYNAMODB to a DynamoDB-compatible endpoint.';

export const dynamoDb: ServiceType<DynamoDb & { readonly client: DynamoDBClient }> = {
  name: 'dynamodb',
  start: async ({ account, elsewhere, dataFolder, onFailure }) => {
    const { endpoint, stop } = await startDynamoDb({
      endpoint: elsewhere,
      file: dataFolder?.databaseFile,
      onExit: onFailure,
    });
    const client = ownerClient(endpoint, account.region);
    return {
      endpoint,
      client,
      stop: () => {
        client.destroy();
        return stop();
      },
    };
  },
};
