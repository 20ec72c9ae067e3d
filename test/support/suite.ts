import type { Platform } from '../../infra/local/platform.ts';
import type { PlatformOptions } from '../../infra/local/run-stack.ts';
import { startPlatform } from '../../infra/start/start-platform.ts';

/**
 * Runs the whole suite with kernels of a test's own: `registry` is a module that exports kernels as
 * functions/kernels/registry.ts does, as an absolute path.
 */
export const startSuiteWith = (
  registry: string,
  options: PlatformOptions = {},
  minify = true,
): Promise<Platform> =>
  startPlatform({
    ...options,
    build: { replace: { 'functions/kernels/registry.ts': registry }, minify },
  });
