import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { lazy } from '../../functions/lib/lazy.ts';
import { assetBytes, bundle, entries, type FunctionName } from '../../infra/bundle/build.ts';

/**
 * Kilobytes of JavaScript that a function's asset may have: about a hundredth above what it has. Raise one only for
 * what it is worth: a client of another service takes 20, `import { z } from 'zod'` 400.
 */
const BUDGETS: Readonly<Record<FunctionName, number>> = {
  items: 252,
  computations: 317,
  'computation-reads': 256,
  worker: 308,
  'dead-letters': 224,
  sweeper: 251,
  service: 50,
};

/** Files that a start may read, each of which takes it a quarter of a millisecond. */
const FILES = 5;

const bundles = Object.values(entries).map((entry) => [entry, lazy(() => bundle(entry))] as const);

describe('the asset', () => {
  it.each(Object.entries(BUDGETS))('of %s is within its %d kilobytes', async (name, budget) => {
    const bytes = await assetBytes(entries[name as FunctionName]);
    expect([...bytes.values()].reduce((a, b) => a + b) / 1024).toBeLessThanOrEqual(budget);
  });

  it.each(bundles)('of %s starts with few files', async (_, bundled) => {
    const files = await bundled();
    const read = new Set<string>();
    const start = (name: string) => {
      if (read.has(name)) return;
      read.add(name);
      const source = Buffer.from(files.get(name) ?? []).toString();
      for (const [, next = ''] of source.matchAll(/\b(?:from|import)\s*"\.\/(chunk-\w+\.mjs)"/g)) start(next);
    };
    start('index.mjs');
    expect(read.size).toBeLessThanOrEqual(FILES);
  });

  // As an ES module, http would load undici too: see the build.
  it.each(bundles)('of %s takes http as CommonJS would', async (_, bundled) => {
    for (const [name, contents] of await bundled()) {
      expect(Buffer.from(contents).toString(), name).not.toMatch(/(from|import)\s*"(node:)?http"/);
    }
  });
});
