import { globSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { type AnyNode, type Program, parse } from 'acorn';

const root = new URL('../../../', import.meta.url);

/** The code that mutants may change: the engine, what it stands on, and the conditions of its store. */
const CODE = [
  'functions/lib/engine/*.ts',
  'functions/lib/bounded-map.ts',
  'functions/lib/aws/work-queue.ts',
  'test/support/memory.ts',
];

export interface Source {
  readonly url: string;
  readonly text: string;
  /** Of the text without its types, which leaves every position as it is. */
  readonly program: Program;
  /** What it exports by a declaration, by name. */
  readonly exports: ReadonlyMap<string, AnyNode>;
}

const exportsOf = (program: Program): Map<string, AnyNode> => {
  const found = new Map<string, AnyNode>();
  for (const statement of program.body) {
    if (statement.type !== 'ExportNamedDeclaration' || !statement.declaration) continue;
    const { declaration } = statement;
    if (declaration.type !== 'VariableDeclaration') found.set(declaration.id.name, declaration);
    else
      for (const { id, init } of declaration.declarations)
        if (id.type === 'Identifier' && init) found.set(id.name, init);
  }
  return found;
};

export const sourceOf = (url: string, text: string): Source => {
  const program = parse(stripTypeScriptTypes(text), { ecmaVersion: 'latest', sourceType: 'module' });
  return { url, text, program, exports: exportsOf(program) };
};

const readSources = (): Source[] =>
  globSync(CODE, { cwd: root }).map((path) => {
    const url = new URL(path, root);
    return sourceOf(url.href, readFileSync(url, 'utf8'));
  });

let sources: readonly Source[] | undefined;

/** The one source that exports this name. */
export const exporterOf = (name: string, among?: readonly Source[]): Source => {
  sources ??= readSources();
  const [source, ...others] = (among ?? sources).filter(({ exports }) => exports.has(name));
  if (source === undefined || others.length > 0) {
    throw new Error(`${name} is exported by ${others.length > 0 ? 'several modules' : 'no module'}`);
  }
  return source;
};
