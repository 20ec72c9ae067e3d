import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BundleOptions } from '../bundle/build.ts';
import { defaultTenantClaim } from '../identity.ts';
import type { Synthesized } from '../local/cloudformation/synthesized.ts';

/**
 * Builds the functions and synthesizes the stack of a stage, into a folder of its own: platforms side by side never
 * see each other's builds, and what is built later changes nothing under one that runs. The API accepts the tokens of
 * the identity provider at `issuer`, as with `-c issuer=… -c audience=…`.
 */
export const buildAndSynthesize = async (
  stage: string,
  issuer: string,
  options?: BundleOptions,
): Promise<Synthesized> => {
  const folder = await mkdtemp(join(tmpdir(), 'spillway-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const { build } = await import('../bundle/build.ts');
    const [assets, { synthesize }] = await Promise.all([
      build(join(folder, 'build'), options), // esbuild works in a process of its own
      import('../synthesize.ts'),
    ]);
    const identity = { provider: { issuer, audience: ['spillway'] }, tenantClaim: defaultTenantClaim };
    return { ...synthesize(join(folder, 'cdk.out'), { stage, assets, identity }), remove };
  } catch (error) {
    await remove();
    throw error;
  }
};
