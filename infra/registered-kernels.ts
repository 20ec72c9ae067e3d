import { readFileSync } from 'node:fs';
import * as registry from '../functions/kernels/registry.ts';
import type { Kernel } from '../functions/lib/engine/kernel.ts';
import type { RegisteredKernel } from '../functions/lib/kernel/check-kernels.ts';

const REGISTRY = 'functions/kernels/registry.ts';

/** The file that each name comes from, as a registry's lines say: `export { name } from './folder/index.ts';`. */
export const filesOf = (source: string): ReadonlyMap<string, string> => {
  const files = new Map<string, string>();
  for (const [, names = '', file = ''] of source.matchAll(/^export \{([^}]*)\} from '\.\/([^']+)'/gm)) {
    for (const name of names.split(',')) {
      files.set(name.split(' as ').at(-1)?.trim() ?? '', `functions/kernels/${file}`);
    }
  }
  return files;
};

/** Every kernel of the registry with the file that it comes from, for the messages of a build. */
export const registeredKernels = (): readonly RegisteredKernel[] => {
  const files = filesOf(readFileSync(new URL(`../${REGISTRY}`, import.meta.url), 'utf8'));
  return Object.entries<Kernel>(registry).map(([name, kernel]) => ({
    kernel,
    file: files.get(name) ?? REGISTRY,
  }));
};
