import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type BuildFailure,
  type BuildOptions,
  type BuildResult,
  context,
  build as esbuild,
  type Plugin,
} from 'esbuild';
import { checkKernels } from '../../functions/lib/kernel/check-kernels.ts';
import type { FunctionRecord } from '../../functions/lib/manifest.ts';
import { manifest } from '../../functions/manifest.ts';
import { handlerFile } from '../checks.ts';
import { registeredKernels } from '../registered-kernels.ts';
import { documents } from './documents.ts';
import { nodeBuiltins } from './node-builtins.ts';
import { unusedModules } from './unused-modules.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The folder of each function's asset by its name, as absolute paths. */
export type Assets = Readonly<Record<string, string>>;

type Files = Map<string, Uint8Array>;

export interface BundleOptions {
  /** The root of the project that the entry belongs to; this one's by default. */
  readonly sources?: string;
  readonly minify?: boolean;
  readonly runsKernels?: boolean;
  /**
   * Modules that take the place of others: paths from the root of the project, such as `functions/items/schema.ts`, and
   * absolute paths of what stands there instead. Tests of the whole suite bring their own fields and kernels so.
   */
  readonly replace?: Readonly<Record<string, string>>;
}

/** Lets other modules stand where these are imported. */
const replaceModules = (replace: Readonly<Record<string, string>>, sources: string): Plugin => {
  const paths = new Map(Object.entries(replace).map(([path, other]) => [join(sources, path), other]));
  return {
    name: 'replace-modules',
    setup({ onResolve }) {
      onResolve({ filter: /^\..*\.ts$/ }, ({ path, resolveDir }) => {
        const other = paths.get(join(resolveDir, path));
        return other === undefined ? undefined : { path: other };
      });
    },
  };
};

const optionsOf = (
  entry: string,
  { sources = root, minify = true, runsKernels = false, replace = {} }: BundleOptions,
) =>
  ({
    absWorkingDir: sources,
    entryPoints: [entry],
    // Nothing is written here: names and contents must not depend on where the assets go.
    outdir: 'build',
    write: false,
    entryNames: 'index',
    chunkNames: 'chunk-[hash]',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    minify,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    plugins: [replaceModules(replace, sources), unusedModules(runsKernels)],
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'silent', // what is wrong comes with the exception
    logOverride: { 'import-is-undefined': 'error' },
    metafile: true, // where each byte comes from
  }) as const satisfies BuildOptions;

type Compiled = BuildResult<ReturnType<typeof optionsOf>>;

const isBuildFailure = (error: unknown): error is BuildFailure => error instanceof Error && 'errors' in error;

/** Builds until all that is imported from Node's modules is known: twice, as a rule, the second time from a cache. */
const compile = async (entry: string, options: BundleOptions): Promise<Compiled> => {
  const { sources = root } = options;
  if (!existsSync(join(sources, entry))) throw new Error(`The build needs ${entry}, which does not exist.`);
  const { plugin, learn } = nodeBuiltins();
  const esbuildOptions = optionsOf(entry, options);
  const builds = await context({ ...esbuildOptions, plugins: [plugin, ...esbuildOptions.plugins] });
  try {
    for (;;) {
      try {
        return await builds.rebuild();
      } catch (error) {
        if (!isBuildFailure(error) || !learn(error.errors)) throw error;
      }
    }
  } finally {
    await builds.dispose();
  }
};

/**
 * Bundles one entry and all that it imports, the SDK included, into `index.mjs` and the chunks that it loads on
 * demand; what Lambda never runs is left out (docs/adr/0013-assets-of-what-lambda-runs.md).
 * The same sources give the same bytes wherever they are built. Not minified, a bundle says of each part which file
 * it comes from. Throws with the place for an entry that is missing or does not compile.
 */
export const bundle = async (entry: string, options: BundleOptions = {}): Promise<Files> => {
  const { outputFiles } = await compile(entry, options);
  return new Map(outputFiles.map((file) => [basename(file.path), file.contents]));
};

/** The package that a file belongs to; undefined for one of Spillway's own. */
export const packageOf = (path: string): string | undefined =>
  /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];

/** The bytes of an entry's bundle by where they come from: a package, or Spillway itself with what esbuild adds. */
export const assetBytes = async (
  entry: string,
  options: BundleOptions = {},
): Promise<ReadonlyMap<string, number>> => {
  const { metafile } = await compile(entry, options);
  const bytes = new Map<string, number>();
  const count = (name: string, more: number) => bytes.set(name, (bytes.get(name) ?? 0) + more);
  for (const output of Object.values(metafile.outputs)) {
    let rest = output.bytes;
    for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
      const name = packageOf(path);
      if (name === undefined) continue;
      count(name, bytesInOutput);
      rest -= bytesInOutput;
    }
    count('spillway', rest);
  }
  return bytes;
};

/**
 * Makes a folder hold exactly these files. A file that is right already is left alone and every other one
 * appears whole, so that builds side by side never see each other's halves.
 */
export const place = async (directory: string, files: Files): Promise<void> => {
  await mkdir(directory, { recursive: true });
  for (const [name, contents] of files) {
    const file = join(directory, name);
    const present = await readFile(file).catch(() => undefined);
    if (present?.equals(contents)) continue;
    const unfinished = `${directory}-${name}-${randomUUID()}`;
    await writeFile(unfinished, contents);
    await rename(unfinished, file);
  }
  for (const name of await readdir(directory)) {
    if (!files.has(name)) await rm(join(directory, name), { recursive: true, force: true });
  }
};

/** The documents that belong to the code of a build: where modules are replaced, they are made of the others. */
const documentsOf = async ({ replace = {} }: BundleOptions): Promise<Readonly<Record<string, string>>> => {
  if (Object.keys(replace).length === 0) return documents();
  const { outputFiles } = await esbuild({
    absWorkingDir: root,
    entryPoints: ['infra/bundle/documents.ts'],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    plugins: [replaceModules(replace, root)],
    logLevel: 'silent',
  });
  const source = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64');
  const module: { documents: typeof documents } = await import(`data:text/javascript;base64,${source}`);
  return module.documents();
};

/** The files of one function's asset. */
const assetFiles = async (
  name: string,
  { runsKernels = false, documents: names = [] }: Pick<FunctionRecord, 'runsKernels' | 'documents'>,
  options: BundleOptions = {},
): Promise<Files> => {
  const entry = handlerFile(name, options.sources ?? root);
  const files = await bundle(entry, { ...options, runsKernels });
  const made = names.length === 0 ? {} : await documentsOf(options);
  return new Map([
    ...files,
    ...names.map((each): [string, Uint8Array] => [each, Buffer.from(made[each] ?? '')]),
  ]);
};

/**
 * Builds the asset of every function, a folder each in `outdir`, and returns the folders. `npx cdk`, the local
 * platform and tests may build at the same time, also into the same folder.
 */
export const build = async (outdir = join(root, 'build'), options: BundleOptions = {}): Promise<Assets> => {
  checkKernels(registeredKernels());
  for (const { check } of Object.values(manifest.functions)) check?.();
  const built = await Promise.all(
    Object.entries(manifest.functions).map(async ([name, record]) => {
      const directory = join(outdir, name);
      await place(directory, await assetFiles(name, record, options));
      return [name, directory] as const;
    }),
  );
  return Object.fromEntries(built);
};
