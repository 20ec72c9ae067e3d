import { registerHooks } from 'node:module';
import type { Change, Edit } from './place.ts';

const root = new URL('../../../', import.meta.url).href;
const isOurs = (url: string) => url.startsWith(root) && !url.includes('/node_modules/');

/** The text with all of the edits, which must not overlap. */
export const apply = (text: string, edits: readonly Edit[]): string => {
  let changed = text;
  let last = text.length;
  for (const edit of edits.toSorted((one, other) => other.start - one.start)) {
    if (edit.end > last) throw new Error('Two mistakes are made at one place.');
    changed = `${changed.slice(0, edit.start)}${edit.text}${changed.slice(edit.end)}`;
    last = edit.start;
  }
  return changed;
};

/**
 * Lets a module be imported with mistakes: it, and all of ours that it imports, are loaded anew, and the sources that
 * are changed are changed in memory. No file on disk changes.
 */
export const importMutated = () => {
  const edits = new Map<string, Map<string, Edit[]>>();
  const loaded = new Set<string>();
  registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      const [, query] = context.parentURL?.split('?') ?? [];
      return query !== undefined && isOurs(resolved.url)
        ? { ...resolved, url: `${resolved.url}?${query}` }
        : resolved;
    },
    load(url, context, next) {
      const original = next(url, context);
      const [path = '', query = ''] = url.split('?');
      const changed = edits.get(query)?.get(path);
      if (changed === undefined) return original;
      loaded.add(url);
      return { ...original, source: apply(String(original.source), changed) };
    },
  });
  return async <T>(module: URL, changes: readonly Change[]): Promise<T> => {
    const query = `mutant=${edits.size}`;
    const byUrl = new Map<string, Edit[]>();
    for (const change of changes) {
      const { source, edits: more } = change.edit();
      byUrl.set(source.url, [...(byUrl.get(source.url) ?? []), ...more]);
    }
    edits.set(query, byUrl);
    const imported: T = await import(`${module.href}?${query}`);
    for (const url of byUrl.keys()) {
      if (!loaded.has(`${url}?${query}`)) throw new Error(`nothing imports ${url}`);
    }
    return imported;
  };
};
