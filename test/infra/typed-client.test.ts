import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
// Version 6: the next one needs the compiler API of TypeScript 5, which TypeScript 7 does not have.
import generateTypes from 'openapi-typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readComputation } from '../../functions/computation-reads/operations.ts';
import { listComputations, submissionOf } from '../../functions/computations/operations.ts';
import { itemOperations } from '../../functions/items/operations.ts';
import { kernels } from '../../functions/kernels/index.ts';
import type { ComputationType } from '../../functions/lib/computations/types.ts';
import { manifest } from '../../functions/manifest.ts';
import { openApiDocument } from '../../infra/bundle/openapi.ts';
import { allOperations } from '../../infra/suite.ts';
import { addNumbers, echo } from '../support/computation-types.ts';
import { itemFields } from '../support/item-fields.ts';

const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What the TypeScript compiler says of a client that uses the types generated from an API document. */
const complaintsOf = async (document: object, client: string): Promise<string> => {
  writeFileSync(join(folder, 'api.d.ts'), await generateTypes(JSON.parse(JSON.stringify(document))));
  writeFileSync(
    join(folder, 'client.ts'),
    `import type { components, paths } from './api.d.ts';\ntype Schemas = components['schemas'];\n${client}`,
  );
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: { strict: true, noEmit: true, types: [], lib: ['es2024'], module: 'nodenext' },
      files: ['client.ts'],
    }),
  );
  const { stdout } = spawnSync(process.execPath, [tsc, '--project', folder], { encoding: 'utf8' });
  return stdout;
};

const documentOf = (...types: readonly ComputationType[]) =>
  openApiDocument(
    [
      submissionOf(() => types),
      readComputation,
      listComputations,
      ...Object.values(itemOperations(itemFields)),
    ],
    types,
  );

test('a generated client knows the input and the result of each computation type exactly', async () => {
  const client = `
    type Body<Response> = Response extends { content: { 'application/json': infer T } } ? T : never;
    type Read = Body<paths['/computations/{id}']['get']['responses'][200]>;
    type Listed = Body<paths['/computations']['get']['responses'][200]>['computations'][number];
    type New = NonNullable<paths['/computations']['post']['requestBody']>['content']['application/json'];

    export const submissions: New[] = [
      { type: 'echo', input: { text: 'ho' } },
      { type: 'echo', input: { text: 'ho', times: 2 } },
      { type: 'add-numbers', input: { a: 1, b: 2 } },
      // @ts-expect-error no such type
      { type: 'other', input: {} },
      // @ts-expect-error the input of another type
      { type: 'echo', input: { a: 1, b: 2 } },
      // @ts-expect-error a required member is missing
      { type: 'add-numbers', input: { a: 1 } },
      // @ts-expect-error a number is no text
      { type: 'echo', input: { text: 1 } },
      // @ts-expect-error an unknown member
      { type: 'echo', input: { text: 'ho', loud: true } },
    ];

    export const read = (computation: Read | Listed): number => {
      if (computation.type === 'echo') {
        const { text, times }: { text: string; times: number } = computation.input;
        const said: string[] | undefined = computation.result?.said;
        // @ts-expect-error the result of another type
        computation.result?.sum;
        return said?.length ?? times * text.length;
      }
      const known: 'add-numbers' = computation.type;
      return computation.result?.sum ?? computation.input.a + known.length;
    };

    export const progress = (computation: Read): number => computation.progress.done;
    // @ts-expect-error a list shows no progress
    export const listedProgress = (computation: Listed) => computation.progress;
    export const status: Schemas['ComputationStatus'] = 'running';
    // @ts-expect-error no such status
    export const otherStatus: Schemas['ComputationStatus'] = 'tired';
  `;
  expect(await complaintsOf(await documentOf(echo, addNumbers), client)).toBe('');
});

test('a generated client knows items, patches and problems exactly', async () => {
  const client = `
    export const item = (value: Schemas['Item']): [number, string, number, string[] | undefined] =>
      [value.id, value.label, value.stock, value.tags];
    export const items: Schemas['NewItem'][] = [
      { label: 'a', details: '' },
      { id: 1, label: 'a', details: '', stock: 2, tags: ['b'], fragile: true, weight: 0.5 },
      // @ts-expect-error a required field is missing
      { label: 'a' },
      // @ts-expect-error a text is no number
      { label: 'a', details: '', stock: '2' },
      // @ts-expect-error an unknown field
      { label: 'a', details: '', colour: 'red' },
    ];
    export const patches: Schemas['ItemPatch'][] = [
      {},
      { weight: null, tags: null, label: 'b' },
      // @ts-expect-error what an item must have cannot be removed
      { label: null },
    ];
    export const places = ({ status, errors = [] }: Schemas['Problem']): string[] =>
      errors.map(({ pointer, detail }) => [status, pointer, detail].join(' '));
  `;
  expect(await complaintsOf(await documentOf(), client)).toBe('');
});

test('a generated client of the suite itself compiles', async () => {
  const names = [...new Set(kernels.map(({ name }) => name))];
  const client = `
    export const types: Schemas['NewComputation']['type'][] = ${JSON.stringify(names)};
    export const problem = (value: Schemas['Problem']): number => value.status;
    export const item = (value: Schemas['Item']): number => value.id;
  `;
  const document = await openApiDocument(allOperations(manifest), kernels);
  expect(await complaintsOf(document, client)).toBe('');
});

test('what the compiler complains about is told', async () => {
  expect(await complaintsOf(await documentOf(echo), `export const id: Schemas['Nothing'] = 1;`)).toContain(
    'Nothing',
  );
});
