import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from '../../infra/bundle/build.ts';
import { defaultTenantClaim } from '../../infra/identity.ts';
import type { Platform } from '../../infra/local/platform.ts';
import { type PlatformOptions, runStack } from '../../infra/local/run-stack.ts';
import { synthesize } from '../../infra/synthesize.ts';

/**
 * Runs the whole suite with kernels of a test's own: `registry` is a module that exports kernels as
 * functions/kernels/registry.ts does, as an absolute path.
 */
export const startSuiteWith = async (
  registry: string,
  options: PlatformOptions = {},
  minify = true,
): Promise<Platform> => {
  const folder = await mkdtemp(join(tmpdir(), 'suite-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const assets = await build(join(folder, 'assets'), {
      replace: { 'functions/kernels/registry.ts': registry },
      minify,
    });
    const run = async (issuer: string) => {
      const identity = { provider: { issuer, audience: ['spillway'] }, tenantClaim: defaultTenantClaim };
      return { ...synthesize(join(folder, 'cdk.out'), { stage: 'local', assets, identity }), remove };
    };
    return await runStack(run, options);
  } catch (error) {
    await remove();
    throw error;
  }
};
