import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The compiler, by its command: the types of its module would replace those of Node.js everywhere. */
const compiler = fileURLToPath(new URL('../node_modules/assemblyscript/bin/asc.js', import.meta.url));

const run = promisify(execFile);

/** The pages of 64 KB that a program's memory has, as the comment says that its source begins with. */
const memoryPages = (source: string, file: string): string => {
  const comment = source.startsWith('/*') ? source.slice(0, source.indexOf('*/')) : '';
  const pages = /@memoryPages +([1-9]\d*)\s/.exec(comment)?.[1];
  if (pages !== undefined) return pages;
  throw new Error(
    `${file} does not say how much memory it needs: write "@memoryPages 1" (pages of 64 KB) in the comment that it begins with.`,
  );
};

/** Compiles a source to WebAssembly. Throws with the place of what is wrong. */
const compile = async (folder: string, file: string): Promise<Uint8Array> => {
  const pages = memoryPages(await readFile(join(folder, file), 'utf8'), file);
  const temporary = await mkdtemp(join(tmpdir(), 'spillway-assembly-'));
  const output = join(temporary, 'program.wasm');
  const places = ['--baseDir', folder, '--outFile', relative(folder, output)];
  const options = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd'];
  // Memory cannot grow: a program has from its start all that it will ever have.
  const memory = ['--initialMemory', pages, '--maximumMemory', pages];
  try {
    await run(process.execPath, [compiler, file, ...places, ...options, ...memory]);
    return await readFile(output);
  } finally {
    await rm(temporary, { recursive: true });
  }
};

/** A TypeScript module that holds a program as text, so that no asset needs a file beside its code. */
const moduleOf = (source: string, program: Uint8Array): string =>
  `// Compiled from ${source} by \`npm run assembly\`.\nexport const program =\n  '${Buffer.from(program).toString('base64')}';\n`;

/**
 * What the compiled modules must be, by their path: `functions/kernels/<kernel>/<program>.wasm.ts` for each source
 * `functions/kernels/<kernel>/assembly/<program>.ts` of the project. What programs share lies elsewhere and is no program.
 * The same sources give the same bytes everywhere. They are committed, so that nothing has to be compiled before
 * the project runs, and a test compares them.
 */
export const compiledModules = async (folder = root): Promise<ReadonlyMap<string, string>> => {
  const sources = globSync('functions/kernels/*/assembly/*.ts', { cwd: folder }).sort();
  const modules = await Promise.all(
    sources.map(async (file) => {
      const source = file.replaceAll('\\', '/');
      const program = await compile(folder, source);
      const name = basename(source, '.ts');
      const target = join(folder, dirname(dirname(source)), `${name}.wasm.ts`);
      return [target, moduleOf(`assembly/${name}.ts`, program)] as const;
    }),
  );
  return new Map(modules);
};

if (import.meta.main) {
  for (const [file, contents] of await compiledModules()) await writeFile(file, contents);
}
