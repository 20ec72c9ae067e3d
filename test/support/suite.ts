import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Assets, build } from '../../infra/bundle/build.ts';
import { defaultTenantClaim } from '../../infra/identity.ts';
import type { Platform } from '../../infra/local/platform.ts';
import { type PlatformOptions, runStack } from '../../infra/local/run-stack.ts';
import { localEnvironment } from '../../infra/stages.ts';
import { plugins } from '../../infra/start/plugins/registry.ts';
import { synthesize } from '../../infra/synthesize.ts';

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** The tests' own fields of items. */
export const ownFields = { 'functions/items/schema.ts': pathOf('./suite/fields.ts') };

/** The tests' own computation types. */
export const ownKernels = { 'functions/kernels/registry.ts': pathOf('./suite/kernels.ts') };

export interface SuiteOptions extends PlatformOptions {
  /** Modules of the product and what stands in their place; by default the tests' own fields and kernels. */
  readonly replace?: Readonly<Record<string, string>>;
  readonly minify?: boolean;
}

const builds = new Map<string, Promise<Assets>>();

/**
 * Builds the functions with other modules in the place of some, once in a process. The folder depends on what is
 * replaced only, so that processes share it and nothing has to be removed.
 */
export const buildSuite = ({
  replace = { ...ownFields, ...ownKernels },
  minify = true,
}: SuiteOptions = {}): Promise<Assets> => {
  const key = JSON.stringify([replace, minify]);
  const name = `suite-${createHash('sha256').update(key).digest('hex').slice(0, 8)}`;
  const assets = builds.get(key) ?? build(pathOf(`../../build/${name}`), { replace, minify });
  builds.set(key, assets);
  return assets;
};

/** Runs the whole suite as `npm start` does, with the tests' own fields and kernels. */
export const startSuite = (options: SuiteOptions = {}): Promise<Platform> => {
  const { replace: _, minify: __, plugins: more = [], ...others } = options;
  const run = async (issuer: string) => {
    const assets = await buildSuite(options);
    const folder = await mkdtemp(join(tmpdir(), 'suite-'));
    const remove = () => rm(folder, { recursive: true, force: true });
    const identity = { provider: { issuer, audience: ['spillway'] }, tenantClaim: defaultTenantClaim };
    try {
      return { ...synthesize(folder, { stage: 'local', assets, identity }), remove };
    } catch (error) {
      await remove();
      throw error;
    }
  };
  return runStack(run, {
    services: { dynamodb: localEnvironment().dynamodbEndpoint },
    ...others,
    plugins: [...plugins, ...more],
  });
};
