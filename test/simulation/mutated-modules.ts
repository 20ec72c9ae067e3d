import { registerHooks } from 'node:module';
import type { Mutant } from './mutants.ts';

const root = new URL('../../', import.meta.url).href;
const isOurs = (url: string) => url.startsWith(root) && !url.includes('/node_modules/');

/** Replaces the one place in the source that the mutant names. */
const mutate = (source: string, { name, search, replace }: Mutant): string => {
  const [before, after, ...more] = source.split(search);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(`mutant "${name}": its text occurs ${source.split(search).length - 1} times, not once`);
  }
  return `${before}${replace}${after}`;
};

/**
 * Lets modules be imported with `?mutant=N`: then they, and all of ours that they import, are loaded anew, with the
 * N-th mutant's text replaced in memory. No file on disk changes.
 */
export const importMutated = (mutants: readonly Mutant[]) => {
  const applied = new Set<string>();
  registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      const [, query] = context.parentURL?.split('?') ?? [];
      return query !== undefined && isOurs(resolved.url)
        ? { ...resolved, url: `${resolved.url}?${query}` }
        : resolved;
    },
    load(url, context, next) {
      const loaded = next(url, context);
      const [path = '', query = ''] = url.split('?');
      const mutant = mutants[Number(new URLSearchParams(query).get('mutant') ?? -1)];
      if (mutant === undefined || path !== `${root}${mutant.file}`) return loaded;
      applied.add(mutant.name);
      return { ...loaded, source: mutate(String(loaded.source), mutant) };
    },
  });
  return async <T>(module: URL, mutant: Mutant): Promise<T> => {
    const imported: T = await import(`${module.href}?mutant=${mutants.indexOf(mutant)}`);
    if (!applied.has(mutant.name)) throw new Error(`mutant "${mutant.name}": nothing imports ${mutant.file}`);
    return imported;
  };
};
