import type { BundleOptions } from '../bundle/build.ts';
import type { Platform } from '../local/platform.ts';
import { type PlatformOptions, runStack } from '../local/run-stack.ts';
import { localEnvironment } from '../stages.ts';
import { plugins } from './plugins/registry.ts';
import { buildAndSynthesize } from './synthesize.ts';

export interface StartOptions extends PlatformOptions {
  readonly stage?: string;
  /** How the functions are built. */
  readonly build?: BundleOptions;
}

/**
 * Builds the functions, synthesizes the stack of a stage (`local` by default), and runs it on this machine with the
 * plugins of this project. Throws a `PlatformError` with one sentence for what the reader can put right.
 */
export const startPlatform = ({
  stage = 'local',
  build,
  plugins: more = [],
  ...options
}: StartOptions = {}): Promise<Platform> =>
  runStack((url) => buildAndSynthesize(stage, url, build), {
    services: { dynamodb: localEnvironment().dynamodbEndpoint },
    ...options,
    plugins: [...plugins, ...more],
  });
