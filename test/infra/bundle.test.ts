import { spawn, spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { EOL, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kernels } from '../../functions/kernels/index.ts';
import { functions } from '../../functions/manifest.ts';
import { product } from '../../functions/product.ts';
import { build, bundle, place } from '../../infra/bundle/build.ts';
import { allOperations } from '../../infra/suite.ts';
import { synthesize } from '../../infra/synthesize.ts';
import { functionResource, productTemplateOf } from './template.ts';

type FunctionName = keyof typeof functions;
const functionNames = Object.keys(functions) as FunctionName[];
const documented = functionNames.filter((name) => 'documents' in functions[name]);

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;
let assets: Record<FunctionName, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spillway-'));
  assets = (await build(join(folder, 'build'))) as typeof assets;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A folder's files and their contents. */
const contents = (directory: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(directory)
      .sort()
      .map((name) => [name, readFileSync(join(directory, name), 'utf8')]),
  );

describe('an asset', () => {
  test.each(functionNames)('of %s holds modules that load each other and no shim for require', (name) => {
    const files = contents(assets[name]);
    expect(Object.keys(files)).toContain('index.mjs');
    for (const text of Object.values(files)) expect(text).not.toContain('Dynamic require of');
  });

  test.each(documented)('of %s holds the documents that it serves', (name) => {
    const read = (file: string) => JSON.parse(readFileSync(join(assets[name], file), 'utf8'));
    const { paths, openapi } = read('openapi.json');
    expect(openapi).toMatch(/^3\.1\./);
    expect(Object.keys(paths)).toEqual([...new Set(allOperations({ functions }).map(({ path }) => path))]);
    expect(read('computation-types.json').types).toHaveLength(kernels.length);
  });

  test('is the same, byte for byte, when it is built again elsewhere', async () => {
    const again = (await build(join(folder, 'again'))) as typeof assets;
    for (const name of functionNames) expect(contents(again[name])).toEqual(contents(assets[name]));
  });
});

describe('the environment that the template sets', () => {
  /** Starts an instance, as Lambda would, and returns what it printed to stderr; empty when it started. */
  const start = (name: FunctionName, environment: Record<string, string>): Promise<string> => {
    const program = `if (typeof (await import(${JSON.stringify(pathToFileURL(join(assets[name], 'index.mjs')).href)})).handler !== 'function') throw new Error('no handler')`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      env: { AWS_REGION: 'eu-central-1', AWS_LAMBDA_FUNCTION_NAME: name, ...environment },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    return new Promise((done) => child.on('close', (code) => done(code === 0 ? '' : errors)));
  };

  test.each(functionNames)('of %s is exactly what the function asks for at its start', async (name) => {
    const set: Record<string, unknown> = functionResource(productTemplateOf('dev'), name).Properties
      .Environment.Variables;
    const valueFor = (variable: string): string => {
      const value = set[variable];
      if (value === undefined)
        throw new Error(`${name} asks for ${variable}, which the template does not set.`);
      return typeof value === 'string' ? value : 'https://example.com/a-reference';
    };
    const given: Record<string, string> = { SERVICE_NAME: valueFor('SERVICE_NAME') };
    for (let errors = await start(name, given); errors !== ''; errors = await start(name, given)) {
      const missing = [...errors.matchAll(/\b([A-Z_]+) is not set/g)].map(([, variable = '']) => variable);
      if (missing.length === 0) throw new Error(errors);
      for (const variable of missing) given[variable] = valueFor(variable);
    }
    expect(Object.keys(given).sort()).toEqual(Object.keys(set).sort());
  });
});

describe('a bundle', () => {
  test('of a file that does not exist is refused by its name', async () => {
    await expect(bundle('functions/nothing/handler.ts')).rejects.toThrow(
      'The build needs functions/nothing/handler.ts, which does not exist.',
    );
  });

  test('of a file that does not compile is refused with the place', async () => {
    const sources = join(folder, 'broken');
    mkdirSync(sources);
    writeFileSync(join(sources, 'handler.ts'), 'export const handler = async () =>\n  ({ ;\n');
    await expect(bundle('handler.ts', { sources })).rejects.toThrow('handler.ts:2:');
  });

  const bundleOf = async (name: string, source: string) => {
    const sources = join(folder, name);
    mkdirSync(sources);
    writeFileSync(join(sources, 'handler.ts'), source);
    const files = await bundle('handler.ts', { sources });
    await place(join(sources, 'asset'), files);
    const { handler } = await import(pathToFileURL(join(sources, 'asset/index.mjs')).href);
    return { handler, text: Buffer.from(files.get('index.mjs') ?? []).toString() };
  };

  test('takes from a module of Node.js what is imported by name or used through a namespace', async () => {
    const { handler, text } = await bundleOf(
      'builtins',
      `import { hash as digest, createHmac } from 'node:crypto';
      import * as os from 'os';
      import path from 'node:path';
      import { existsSync } from 'node:fs';
      export const unused = () => createHmac('sha256', 'key');
      export const handler = async () => [digest('sha1', ''), os.EOL, path.join('a', 'b'), existsSync('/')];`,
    );
    expect(await handler()).toEqual([hash('sha1', ''), EOL, join('a', 'b'), true]);
    expect(text).not.toMatch(/(from|import)\s*"/);
  });

  test('of a file that imports what a module of Node.js does not have is refused with the place', async () => {
    await expect(
      bundleOf('unknown', `import { hush } from 'node:crypto';\nexport const handler = hush;`),
    ).rejects.toThrow(/handler\.ts:1:9: .*hush/);
    await expect(
      bundleOf('unknown-member', `import * as fs from 'node:fs';\nexport const handler = () => fs.hush();`),
    ).rejects.toThrow(/handler\.ts:2:32: .*hush/);
  });

  test('splits off what is loaded on demand only', async () => {
    const sources = join(folder, 'split');
    mkdirSync(sources);
    writeFileSync(join(sources, 'rare.ts'), `export const rare = 'seldom needed';`);
    writeFileSync(
      join(sources, 'handler.ts'),
      `export const handler = async () => (await import('./rare.ts')).rare;`,
    );
    const files = await bundle('handler.ts', { sources });
    const text = (name: string) => Buffer.from(files.get(name) ?? []).toString();
    const [chunk = '', ...others] = [...files.keys()].filter((name) => name !== 'index.mjs');
    expect(others).toEqual([]);
    expect(text(chunk)).toContain('seldom needed');
    expect(text('index.mjs')).not.toContain('seldom needed');
    expect(text('index.mjs')).toContain(chunk);
  });
});

describe('a placed folder', () => {
  const bytes = (text: string) => Buffer.from(text);

  test('holds exactly the files given, and those that were right already are not touched', async () => {
    const directory = join(folder, 'placed');
    await place(
      directory,
      new Map([
        ['kept', bytes('1')],
        ['changed', bytes('2')],
        ['gone', bytes('3')],
      ]),
    );
    const before = statSync(join(directory, 'kept')).ino;
    await place(
      directory,
      new Map([
        ['kept', bytes('1')],
        ['changed', bytes('4')],
        ['new', bytes('5')],
      ]),
    );
    expect(contents(directory)).toEqual({ kept: '1', changed: '4', new: '5' });
    expect(statSync(join(directory, 'kept')).ino).toBe(before);
  });

  test('is whole, and all that is left, after several builds have filled it side by side', async () => {
    const parent = join(folder, 'side-by-side');
    const directory = join(parent, 'asset');
    const files = new Map(
      Array.from({ length: 20 }, (_, index) => [`chunk-${index}.mjs`, bytes(`${index};`.repeat(10_000))]),
    );
    await Promise.all(Array.from({ length: 5 }, () => place(directory, files)));
    expect(contents(directory)).toEqual(
      Object.fromEntries([...files].map(([name, content]) => [name, content.toString()])),
    );
    expect(readdirSync(parent)).toEqual(['asset']);
  });
});

test('`cdk synth` makes, without an account, the template that is synthesized in process', async () => {
  const output = join(folder, 'cdk.out');
  const cdk = join(root, 'node_modules/.bin/cdk');
  const run = spawnSync(cdk, ['synth', '--quiet', '--no-notices', '--output', output], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(run.status, run.stderr).toBe(0);
  const { templateFile } = synthesize(join(folder, 'in-process'), { stage: 'dev', assets });
  expect(readFileSync(join(output, `${product.title}-dev.template.json`), 'utf8')).toBe(
    readFileSync(templateFile, 'utf8'),
  );
}, 300_000); // the command validates too, which is slow where everything runs at once
