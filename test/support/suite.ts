import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { type Assets, type BundleOptions, build } from '../../infra/bundle/build.ts';
import type { Platform } from '../../infra/local/platform.ts';
import { type StartOptions, startPlatform } from '../../infra/start/start-platform.ts';

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** The tests' own fields of items. */
export const ownFields = { 'functions/items/schema.ts': pathOf('./suite/fields.ts') };

/** The tests' own computation types. */
const ownKernels = { 'functions/kernels/registry.ts': pathOf('./suite/kernels.ts') };

/** Modules of the product and what stands in their place; by default the tests' own fields and kernels. */
type Replacements = Pick<BundleOptions, 'replace' | 'minify'>;

/** Runs the whole suite as `npm start` does, with the tests' own fields and kernels. */
export const startSuite = ({
  replace = { ...ownFields, ...ownKernels },
  minify = true,
  ...options
}: StartOptions & Replacements = {}): Promise<Platform> =>
  startPlatform({ ...options, build: { replace, minify } });

/** Builds the functions with other modules in the place of some, into a folder that depends only on which. */
export const buildSuite = ({ replace = {}, minify = true }: Replacements): Promise<Assets> => {
  const name = createHash('sha256')
    .update(JSON.stringify([replace, minify]))
    .digest('hex')
    .slice(0, 8);
  return build(pathOf(`../../build/suite-${name}`), { replace, minify });
};
