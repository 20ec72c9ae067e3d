import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, bundle, entries, place } from '../../infra/bundle/build.ts';
import { defaultTenantClaim } from '../../infra/identity.ts';
import type { Platform } from '../../infra/local/platform.ts';
import { type PlatformOptions, runStack } from '../../infra/local/run-stack.ts';
import { synthesize } from '../../infra/synthesize.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The functions that look for kernels in the registry. */
const withKernels = ['computations', 'worker'] as const;

/**
 * Runs the whole suite with one more kernel, from a module of `test/bench`: its sources are copied, a line is added
 * to the copy's registry, and the functions that have kernels are built from there by the build itself, minified as
 * they are deployed, or readable.
 */
export const startSuiteWith = async (
  { module, name }: { readonly module: string; readonly name: string },
  options: PlatformOptions = {},
  minify = true,
): Promise<Platform> => {
  const folder = await mkdtemp(join(tmpdir(), 'spillway-bench-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  const sources = join(folder, 'sources');
  const registry = join(sources, 'functions/kernels/registry.ts');
  const list = 'kernels: readonly Kernel[] = [';
  try {
    await cp(join(root, 'functions'), join(sources, 'functions'), { recursive: true });
    await cp(join(root, 'test/bench', module), join(sources, 'test/bench', module));
    await symlink(join(root, 'node_modules'), join(sources, 'node_modules'), 'dir');
    const text = await readFile(registry, 'utf8');
    if (!text.includes(list)) throw new Error(`The registry has no "${list}".`);
    const line = `import { ${name} } from '../../test/bench/${module}';\n`;
    await writeFile(registry, line + text.replace(list, `${list} ${name},`));
    const assets = await build(join(folder, 'assets'));
    for (const each of withKernels) await place(assets[each], await bundle(entries[each], sources, minify));
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
