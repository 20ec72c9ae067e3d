import { isBuiltin } from 'node:module';
import type { Message, Plugin } from 'esbuild';

/**
 * Modules of which an asset hardly ever calls a function, or asks whether something is of one of their classes: they are
 * loaded when it does. `fs` loads its streams when their classes are read.
 */
const lazyModules = new Set(['fs', 'fs/promises']);

const moduleOf = (path: string): string => `process.getBuiltinModule('node:${path}')`;

/** A function, or a class as far as `instanceof` goes, that loads its module when it is used. */
const lazyExport = (path: string, name: string): string =>
  /^[A-Z]/.test(name)
    ? `{ [Symbol.hasInstance]: (object) => object instanceof ${moduleOf(path)}.${name} }`
    : `(...args) => ${moduleOf(path)}.${name}(...args)`;

const sourceOf = (path: string, names: readonly string[]): string => {
  if (lazyModules.has(path)) {
    // An ES module, with names or without: esbuild says other things of imports from a file that might be CommonJS.
    return ['export {};', ...names.map((name) => `export const ${name} = ${lazyExport(path, name)};`)].join(
      '\n',
    );
  }
  // Marked as pure, so that esbuild leaves out what nobody uses in the end.
  const exported = names.map((name) => `export const ${name} = /* @__PURE__ */ (() => whole.${name})();`);
  return [`const whole = ${moduleOf(path)};`, 'export default whole;', ...exported].join('\n');
};

/** What esbuild says of an import of a name that a module does not export. */
const missingExport = [
  /^No matching export in "builtin:(?<path>.+)" for import "(?<name>\w+)"$/,
  /^Import "(?<name>\w+)" will always be undefined because there is no matching export in "builtin:(?<path>.+)"$/,
];

/**
 * Takes of Node's own modules only what is imported by name. An ES module that imports one makes Node read all of its
 * exports, and with them what is loaded when they are read: `http` alone brings undici, a third of a cold start. Taken as
 * CommonJS, esbuild copies all of them for each importing file.
 *
 * Which names are imported, esbuild tells: a build in which one is missing fails, {@link learn} adds it, and the next
 * build has it. Nothing but the sources decides, so that the same sources give the same bytes on every version of
 * Node.js.
 */
export const nodeBuiltins = () => {
  const imported = new Map<string, Set<string>>();

  /** Adds what messages of a build call missing and Node.js has. Whether there was any: then build again. */
  const learn = (messages: readonly Message[]): boolean => {
    let learned = false;
    for (const { text } of messages) {
      const { path, name } = missingExport.map((each) => each.exec(text)?.groups).find(Boolean) ?? {};
      if (path === undefined || name === undefined) continue;
      const names = imported.get(path) ?? new Set();
      if (names.has(name) || !Object.hasOwn(process.getBuiltinModule(path) ?? {}, name)) continue;
      imported.set(path, names.add(name));
      learned = true;
    }
    return learned;
  };

  const plugin: Plugin = {
    name: 'node-builtins',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^(node:)?[a-z_/]+$/ }, ({ path, kind }) => {
        if (!isBuiltin(path)) return undefined;
        // Whole where it is taken whole. And apart, or what is taken in both ways would be a file of its own to read.
        const namespace = kind === 'dynamic-import' ? 'builtin-whole' : 'builtin';
        return { path: path.replace(/^node:/, ''), namespace };
      });
      onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
        contents: sourceOf(path, [...(imported.get(path) ?? [])].toSorted()),
      }));
      onLoad({ filter: /.*/, namespace: 'builtin-whole' }, ({ path }) => ({
        contents: `export default ${moduleOf(path)};`,
      }));
    },
  };

  return { plugin, learn };
};
