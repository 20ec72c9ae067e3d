import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const sources = fileURLToPath(new URL('../functions/kernels/assembly/', import.meta.url));

/** The most memory that each program may have, in pages of 64 KB: it begins with it and cannot grow. */
const PAGES: Readonly<Record<string, number>> = {
  'mersenne-squaring': 25,
  'option-paths': 1,
  'prime-sieve': 136,
  'random-integers': 1,
  squares: 1,
};

const run = promisify(execFile);

/** The compiler, by its command: the types of its module would replace those of Node.js everywhere. */
const asc = fileURLToPath(new URL('../node_modules/assemblyscript/bin/asc.js', import.meta.url));

/** Compiles an AssemblyScript program of the kernels to WebAssembly. Throws with the place of what is wrong. */
const compile = async (name: string): Promise<Uint8Array> => {
  const folder = await mkdtemp(join(tmpdir(), 'spillway-assembly-'));
  const output = join(folder, 'program.wasm');
  const options = [
    ...[
      '--baseDir',
      sources,
      '--outFile',
      relative(sources, output),
      '-O3',
      '--noAssert',
      '--runtime',
      'stub',
    ],
    ...['--enable', 'simd', '--initialMemory', `${PAGES[name]}`, '--maximumMemory', `${PAGES[name]}`],
  ];
  try {
    await run(process.execPath, [asc, `${name}.ts`, ...options]);
    return await readFile(output);
  } finally {
    await rm(folder, { recursive: true });
  }
};

/**
 * The modules of `functions/kernels/assembly/compiled/` and what they must be: the same bytes wherever they are
 * compiled. They are committed, so that nothing compiles before the sources run, and a test compares them.
 */
export const compiledModules = async (): Promise<ReadonlyMap<string, string>> => {
  const modules = await Promise.all(
    Object.keys(PAGES).map(async (name) => {
      const base64 = Buffer.from(await compile(name)).toString('base64');
      return [
        join(sources, 'compiled', `${name}.ts`),
        `// Compiled from ../${name}.ts by \`npm run assembly\`.\nexport const program =\n  '${base64}';\n`,
      ] as const;
    }),
  );
  return new Map(modules);
};

if (import.meta.main) {
  for (const [file, contents] of await compiledModules()) await writeFile(file, contents);
}
