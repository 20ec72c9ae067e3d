import { globSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Figure } from './figure.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What the kernels measure of themselves: the `figure` of each `*.bench.ts` in their folders. */
export const kernelFigures: readonly Figure[] = await Promise.all(
  globSync('functions/kernels/*/*.bench.ts', { cwd: root })
    .sort()
    .map(async (file) => (await import(new URL(file, pathToFileURL(root)).href)).figure),
);
