import { globSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { instantiate, type Memory } from '../../functions/lib/kernel/web-assembly.ts';
import { compiledModules } from '../../infra/assembly.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

it('commits the WebAssembly that the sources of the kernels make, and no other', async () => {
  const modules = await compiledModules();
  const committed = globSync('functions/kernels/*/*.wasm.ts', { cwd: root }).map((file) => join(root, file));
  expect([...modules.keys()].sort()).toEqual(committed.sort());
  for (const [file, contents] of modules) expect(await readFile(file, 'utf8'), file).toBe(contents);
});

describe('a project', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spillway-assembly-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const write = async (file: string, text: string) => {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  };

  it('without programs makes no modules', async () => {
    expect(await compiledModules(folder)).toEqual(new Map());
  });

  it('has its programs compiled beside their kernel, with the memory that each source states', async () => {
    const shared = 'export function three(): i32 {\n  return 3;\n}\n';
    await write('functions/lib/kernel/assembly/shared.ts', shared);
    const program = `/*
 * Adds three.
 *
 * @memoryPages 2
 */
import { three } from '../../../lib/kernel/assembly/shared';

export function add(n: i32): i32 {
  return n + three();
}
`;
    await write('functions/kernels/some-kernel/assembly/three.ts', program);

    const modules = await compiledModules(folder);

    expect([...modules.keys()]).toEqual([join(folder, 'functions/kernels/some-kernel/three.wasm.ts')]);
    const [source = ''] = modules.values();
    expect(source).toMatch(/^\/\/ Compiled from assembly\/three\.ts by `npm run assembly`\.\n/);
    const base64 = /'(.*)';\n$/.exec(source)?.[1] ?? '';
    const { add, memory } = instantiate<{ add(n: number): number; memory: Memory }>(base64);
    expect(add(4)).toBe(7);
    expect(memory.buffer.byteLength).toBe(2 * 65_536);
  });

  it.each([
    ['has no comment', 'export function one(): i32 {\n  return 1;\n}\n'],
    ['says it only later', '/* One. */\n\n/* @memoryPages 1 */\nexport const ONE: i32 = 1;\n'],
    ['says no number', '/* @memoryPages some */\nexport const ONE: i32 = 1;\n'],
  ])('is refused with what to write when a source %s', async (_, source) => {
    await write('functions/kernels/some-kernel/assembly/one.ts', source);
    await expect(compiledModules(folder)).rejects.toThrow(
      'functions/kernels/some-kernel/assembly/one.ts does not say how much memory it needs: write "@memoryPages 1" (pages of 64 KB) in the comment that it begins with.',
    );
  });
});
