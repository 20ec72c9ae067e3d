import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { compiledModules } from '../../../infra/assembly.ts';

it('commits the WebAssembly that its sources make', async () => {
  const modules = await compiledModules();
  expect(modules.size).toBeGreaterThan(0);
  for (const [file, contents] of modules) expect(await readFile(file, 'utf8'), file).toBe(contents);
});
