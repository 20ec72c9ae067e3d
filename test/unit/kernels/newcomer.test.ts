import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { Kernel } from '../../../functions/lib/engine/kernel.ts';
import { filesOf } from '../../../infra/registered-kernels.ts';
import { keepsTheContract } from '../../support/kernel-contract.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The README's section on adding a computation: what it says, and its two pieces of code. */
const [, section = ''] = readFileSync(join(root, 'README.md'), 'utf8').split('### Add a computation\n');
const [source = '', line = ''] = [...section.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code ?? '');
const file = /`(functions\/kernels\/[a-z-]+\/index\.ts)`/.exec(section)?.[1] ?? '';

// The source runs from a folder of its own, so that it is the README's even when the project has a file of that name.
const folder = mkdtempSync(join(tmpdir(), 'spillway-newcomer-'));
const module = join(folder, 'index.ts');
writeFileSync(module, source.replaceAll("'../../lib/", `'${root.replaceAll('\\', '/')}functions/lib/`));
const exported: Record<string, Kernel> = await import(/* @vite-ignore */ module);
afterAll(() => rmSync(folder, { recursive: true }));

describe("the README's kernel", () => {
  it('takes less than thirty lines', () => {
    expect(source.trimEnd().split('\n').length).toBeLessThan(30);
  });

  it('is exported by the line for the registry', () => {
    expect(line.trimEnd().split('\n')).toHaveLength(1);
    expect([...filesOf(line)]).toEqual([[Object.keys(exported)[0], file]]);
  });

  for (const kernel of Object.values(exported)) keepsTheContract({ kernel, file });
});
