/** The files of a copy of the project, by their paths in it. */
interface Editor {
  read(file: string): string;
  write(file: string, text: string): void;
  /** A file, or a folder with all in it. */
  remove(file: string): void;
}

/** Something that a team does to the project. */
export interface Change {
  readonly name: string;
  apply(project: Editor): void;
}

/** Replaces what must be there. */
const replace = (project: Editor, file: string, ...pairs: readonly [from: RegExp | string, to: string][]) => {
  let text = project.read(file);
  for (const [from, to] of pairs) {
    const next = text.replace(from, to);
    if (next === text) throw new Error(`${file} has no ${from}`);
    text = next;
  }
  project.write(file, text);
};

/** The pieces of code of a part of a document, each with the file that the text before it names. */
const codeIn = (document: string): { readonly before: string; readonly code: string }[] =>
  [...document.matchAll(/([^\n]*)\n\n```ts\n(.*?)^```$/gms)].map(([, before = '', code = '']) => ({
    before,
    code,
  }));

/** The part of a document below a heading, up to the next one of the same level. */
const sectionOf = (document: string, heading: string): string => {
  const level = /^#+/.exec(heading)?.[0] ?? '';
  const [, rest] = document.split(`\n${heading}\n`);
  if (rest === undefined) throw new Error(`There is no "${heading}"`);
  return rest.split(new RegExp(`^${level} `, 'm'))[0] ?? '';
};

const fileIn = (text: string): string | undefined => /`(functions\/[\w./-]+\.ts)`/.exec(text)?.[1];

/** Does what a section of docs/functions.md says. */
const addFunction = (project: Editor, heading: string) => {
  const section = sectionOf(project.read('docs/functions.md'), heading);
  for (const { before, code } of codeIn(section)) {
    const file = fileIn(before);
    if (file === undefined) throw new Error(`${heading}: "${before}" names no file`);
    if (before.startsWith('At the top of')) project.write(file, code + project.read(file));
    else if (before.startsWith('In `functions` of'))
      replace(project, file, ['export const functions = {\n', `export const functions = {\n${code}`]);
    else project.write(file, code);
  }
};

const schema = 'functions/items/schema.ts';
const registry = 'functions/kernels/registry.ts';

export const changes: readonly Change[] = [
  {
    name: 'rename a field of items, and give another one another type',
    apply: (project) =>
      replace(
        project,
        schema,
        [/^ {2}name: text/m, '  title: text'],
        [
          /^ {2}description: .*$/m,
          "  amount: z.int().check(z.gte(0), z.lte(1_000), z.meta({ description: 'How many', examples: [3] })),",
        ],
      ),
  },
  {
    name: 'add a field, as the README says',
    apply: (project) => {
      const [piece] = codeIn(sectionOf(project.read('README.md'), '### Add a field to items'));
      replace(project, schema, [
        'export const fields = {\n',
        `export const fields = {\n${piece?.code ?? ''}`,
      ]);
    },
  },
  {
    name: 'add a computation, as the README says',
    apply: (project) => {
      const [source, line] = codeIn(sectionOf(project.read('README.md'), '### Add a computation'));
      const file = fileIn(source?.before ?? '');
      if (file === undefined) throw new Error('The README names no file for the computation');
      project.write(file, source?.code ?? '');
      project.write(registry, `${project.read(registry)}${line?.code ?? ''}`);
    },
  },
  {
    name: 'delete every example computation',
    apply: (project) => {
      const text = project.read(registry);
      const kept = text.split('\n').filter((line) => {
        const folder = /^export .* from '\.\/([\w-]+)\//.exec(line)?.[1];
        if (folder === undefined || folder === 'digit-sum') return true;
        project.remove(`functions/kernels/${folder}`);
        return false;
      });
      project.write(registry, kept.join('\n'));
      project.remove('test/examples');
    },
  },
  { name: 'add a function with a route', apply: (project) => addFunction(project, '## One with a route') },
  { name: 'add a function on a schedule', apply: (project) => addFunction(project, '## One on a schedule') },
  {
    name: 'delete chaos: its folder, its line and its tests',
    apply: (project) => {
      project.remove('infra/local/chaos');
      replace(
        project,
        'infra/start/plugins/options.ts',
        [/^import .*chaos\/.*\n/m, ''],
        [/\[chaosOption\]/, '[]'],
      );
      for (const file of ['platform/chaos.test.ts', 'integration/chaos.test.ts', 'page/chaos-panel.check.ts'])
        project.remove(`test/${file}`);
    },
  },
];
