import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { lazy } from '../../functions/lib/lazy.ts';
import { type FunctionName, manifest } from '../../functions/manifest.ts';
import { assetBytes, bundle } from '../../infra/bundle/build.ts';

/**
 * Kilobytes of JavaScript that a function's asset may have: about a hundredth above what it has. Raise one only for
 * what it is worth: a client of another service takes 20, `import { z } from 'zod'` 400.
 */
const BUDGETS: Partial<Readonly<Record<FunctionName, number>>> = {
  items: 250,
  computations: 313,
  'computation-reads': 250,
  worker: 308,
  'dead-letters': 224,
  sweeper: 250,
  service: 48,
};

/** The budget of a function that is not in the list. */
const DEFAULT_BUDGET = 330;

/** Files that a cold start may read; each takes a quarter of a millisecond. */
const MAX_FILES = 5;

const entries = Object.entries(manifest.functions).map(
  ([name, { runsKernels = false }]) => [name, `functions/${name}/handler.ts`, { runsKernels }] as const,
);
const bundles = entries.map(([name, entry, options]) => [name, lazy(() => bundle(entry, options))] as const);

describe('the asset', () => {
  it.each(entries)('of %s is within its budget', async (name, entry, options) => {
    const bytes = await assetBytes(entry, options);
    const kilobytes = [...bytes.values()].reduce((a, b) => a + b) / 1024;
    expect(kilobytes).toBeLessThanOrEqual(BUDGETS[name as FunctionName] ?? DEFAULT_BUDGET);
  });

  it.each(bundles)('of %s reads few files at a cold start', async (_, bundled) => {
    const files = await bundled();
    const read = new Set<string>();
    const start = (name: string) => {
      if (read.has(name)) return;
      read.add(name);
      const source = Buffer.from(files.get(name) ?? []).toString();
      for (const [, next = ''] of source.matchAll(/\b(?:from|import)\s*"\.\/(chunk-\w+\.mjs)"/g)) start(next);
    };
    start('index.mjs');
    expect(read.size).toBeLessThanOrEqual(MAX_FILES);
  });

  // An ES import of http would load undici too: see infra/bundle/node-builtins.ts.
  it.each(bundles)('of %s has no ES import of http', async (_, bundled) => {
    for (const [name, contents] of await bundled()) {
      expect(Buffer.from(contents).toString(), name).not.toMatch(/(from|import)\s*"(node:)?http"/);
    }
  });
});
