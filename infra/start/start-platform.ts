import type { Platform } from '../local/platform.ts';
import { type PlatformOptions, runStack } from '../local/run-stack.ts';
import { localEnvironment } from '../stages.ts';
import { plugins } from './plugins/registry.ts';
import { buildAndSynthesize } from './synthesize.ts';

/**
 * Builds the functions, synthesizes the stack of a stage (`local` by default), and runs it on this machine with the
 * plugins of this project. Throws a `PlatformError` with one sentence for what the reader can put right.
 */
export const startPlatform = ({
  stage = 'local',
  plugins: more = [],
  ...options
}: PlatformOptions & { readonly stage?: string } = {}): Promise<Platform> =>
  runStack((url) => buildAndSynthesize(stage, url), {
    services: { dynamodb: localEnvironment().dynamodbEndpoint },
    ...options,
    plugins: [...plugins, ...more],
  });
