import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as esbuild, type Plugin } from 'esbuild';
import { kernels } from '../../functions/kernels/index.ts';
import { checkKernels } from '../../functions/lib/kernel/check-kernels.ts';
import type { FunctionRecord } from '../../functions/lib/manifest.ts';
import { manifest } from '../../functions/manifest.ts';
import { handlerFile } from '../checks.ts';
import { registeredKernels } from '../registered-kernels.ts';
import { allOperations } from '../suite.ts';
import { computationTypes, openApiDocument } from './openapi.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The folder of each function's asset by its name, as absolute paths. */
export type Assets = Readonly<Record<string, string>>;

type Files = Map<string, Uint8Array>;

/**
 * What is imported from Node's modules. By name, because what they export differs by the version of Node.js and by how
 * it was started, and what esbuild reads decides how it minifies; a name that is missing here stops the build.
 */
const imported: Readonly<Record<string, readonly string[]>> = {
  async_hooks: ['AsyncLocalStorage'],
  buffer: ['Buffer'],
  crypto: [
    'createHash',
    'createHmac',
    'createSecretKey',
    'getRandomValues',
    'hash',
    'randomFillSync',
    'randomUUID',
  ],
  fs: ['ReadStream', 'createReadStream', 'fstatSync', 'lstatSync', 'readFileSync'],
  'fs/promises': ['readFile'],
  http: ['STATUS_CODES'],
  os: ['homedir', 'platform', 'release'],
  path: ['join', 'sep'],
  process: ['env', 'versions'],
  stream: ['PassThrough', 'Readable', 'Writable'],
  timers: ['setTimeout'],
  'timers/promises': ['setTimeout'],
};

/**
 * Modules of which an asset hardly ever calls a function, or asks whether something is of one of their classes: they are
 * loaded when it does. `fs` loads its streams when their classes are read.
 */
const onDemand = new Set(['fs', 'fs/promises']);

/**
 * Takes of Node's own modules only what is used. An ES module that imports one makes Node read all of its exports, and
 * with them what is loaded when they are read: `http` alone brings undici, a third of a cold start. Taken as CommonJS,
 * esbuild copies all of them for each importing file.
 */
const builtins: Plugin = {
  name: 'builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?[a-z_/]+$/ }, ({ path, kind }) => {
      if (!isBuiltin(path)) return undefined;
      // Whole where it is taken whole. And apart, or what is taken in both ways would be a file of its own to read.
      const namespace = kind === 'dynamic-import' ? 'builtin-whole' : 'builtin';
      return { path: path.replace(/^node:/, ''), namespace };
    });
    const load = (path: string) => `process.getBuiltinModule('node:${path}')`;
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => {
      const names = imported[path] ?? [];
      if (onDemand.has(path)) {
        const late = (name: string) =>
          /^[A-Z]/.test(name)
            ? `{ [Symbol.hasInstance]: (object) => object instanceof ${load(path)}.${name} }`
            : `(...of) => ${load(path)}.${name}(...of)`;
        const values = names.map((name) => `export const ${name} = ${late(name)};`);
        return { contents: values.join('\n') };
      }
      // Marked as pure, what nobody imports is left out.
      const values = names.map((name) => `export const ${name} = /* @__PURE__ */ (() => whole.${name})();`);
      return { contents: [`const whole = ${load(path)};`, 'export default whole;', ...values].join('\n') };
    });
    onLoad({ filter: /.*/, namespace: 'builtin-whole' }, ({ path }) => ({
      contents: `export default ${load(path)};`,
    }));
  },
};

/**
 * What the SDK brings and no function here can use, and what stands in for it. esbuild splits by files, so that what
 * such a module shares with the rest would be read at every start, though the module itself never is.
 *
 * Lambda gives credentials in the environment only, and once: the other ways to them, with their clients, are a fifth
 * of an asset.
 * bowser reads the user agents of browsers, neither DynamoDB nor SQS has event streams, and an endpoint is discovered
 * only by a client that is told to, so the cache of endpoints stays empty.
 */
const unused: Readonly<Record<string, string>> = {
  '@aws-sdk/credential-provider-node':
    "import { fromEnv } from '@aws-sdk/credential-provider-env'; export const defaultProvider = () => { const read = fromEnv(); let found; return () => (found ??= read()); };",
  '@smithy/core/event-streams': 'export {};',
  '@aws-sdk/endpoint-cache': 'export class EndpointCache {}',
  bowser: 'export {};',
};

/** Only the worker computes; to the others a kernel is its name, its schemas and its parts. */
const withoutUnused = (computes: boolean): Plugin => ({
  name: 'without-unused',
  setup({ onResolve, onLoad, resolve }) {
    const namespace = 'unused';
    onResolve({ filter: /^\./ }, ({ path, kind, resolveDir }) =>
      !computes && kind === 'dynamic-import' && basename(dirname(resolveDir)) === 'kernels'
        ? { path, namespace, pluginData: resolveDir }
        : undefined,
    );
    onResolve({ filter: /^[@a-z]/ }, async ({ path, resolveDir, kind, pluginData }) => {
      if (unused[path] === undefined || pluginData === namespace) return undefined;
      const real = await resolve(path, { resolveDir, kind, pluginData: namespace });
      return { path, namespace, pluginData: real.path };
    });
    onLoad({ filter: /.*/, namespace }, ({ path, pluginData }) => ({
      contents: unused[path] ?? 'export {};',
      resolveDir: dirname(pluginData),
    }));
  },
});

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

const compile = (
  entry: string,
  { sources = root, minify = true, runsKernels = false, replace = {} }: BundleOptions,
) => {
  if (!existsSync(join(sources, entry))) throw new Error(`The build needs ${entry}, which does not exist.`);
  return esbuild({
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
    plugins: [replaceModules(replace, sources), builtins, withoutUnused(runsKernels)],
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'silent', // what is wrong comes with the exception
    metafile: true, // where each byte comes from
  });
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

/** What a function serves as it is, made from the schemas and operations that validate and answer. */
const documents = async (): Promise<Files> => {
  const json = (value: unknown) => Buffer.from(JSON.stringify(value));
  return new Map([
    ['openapi.json', json(await openApiDocument(allOperations(manifest), kernels))],
    ['computation-types.json', json(computationTypes(kernels))],
  ]);
};

/** The files of one function's asset. */
export const assetFiles = async (
  name: string,
  { runsKernels = false, documents: names = [] }: Pick<FunctionRecord, 'runsKernels' | 'documents'>,
  options: BundleOptions = {},
): Promise<Files> => {
  const entry = handlerFile(name, options.sources ?? root);
  const files = await bundle(entry, { ...options, runsKernels });
  const made = names.length === 0 ? new Map() : await documents();
  return new Map([...files, ...names.map((each): [string, Uint8Array] => [each, made.get(each)])]);
};

/**
 * Builds the asset of every function, a folder each in `outdir`, and returns the folders. `npx cdk`, the local
 * platform and tests may build at the same time, also into the same folder.
 */
export const build = async (outdir = join(root, 'build'), options: BundleOptions = {}): Promise<Assets> => {
  checkKernels(registeredKernels());
  const built = await Promise.all(
    Object.entries<FunctionRecord>(manifest.functions).map(async ([name, record]) => {
      record.check?.();
      const directory = join(outdir, name);
      await place(directory, await assetFiles(name, record, options));
      return [name, directory] as const;
    }),
  );
  return Object.fromEntries(built);
};
