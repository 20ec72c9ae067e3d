import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { fields } from '../../../functions/items/schema.ts';
import { kernels } from '../../../functions/kernels/registry.ts';
import { type AnyOperation, operation } from '../../../functions/lib/http/operation.ts';
import { manifest } from '../../../functions/manifest.ts';
import { computationTypes, openApiDocument } from '../../../infra/bundle/openapi.ts';
import { allOperations as operationsIn } from '../../../infra/suite.ts';

const allOperations = operationsIn(manifest);

// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of JSON
const json = (value: unknown): any => JSON.parse(JSON.stringify(value));
const document = json(openApiDocument(allOperations));

const described = (one: AnyOperation) => document.paths[one.path][one.method.toLowerCase()];
/** Every object in the document. */
const objects = function* (value: unknown): Generator<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return;
  yield value as Record<string, unknown>;
  for (const member of Object.values(value)) yield* objects(member);
};
const isOperation = (value: unknown): value is AnyOperation =>
  typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'responses' in value;

it('is OpenAPI 3.1 that names only what it contains', () => {
  expect(document.openapi).toMatch(/^3\.1\./);
  for (const { $ref } of objects(document)) {
    if (typeof $ref !== 'string') continue;
    const target = $ref
      .slice(2)
      .split('/')
      .reduce((value, key) => value?.[key], document);
    expect(target, $ref).toBeDefined();
  }
  expect(JSON.stringify(document)).not.toContain('$schema');
});

it('has every route of every function, once', async () => {
  const functions = new URL('../../../functions/', import.meta.url);
  const modules = readdirSync(functions, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('routes.ts'),
  );
  const exported = await Promise.all(
    modules.map(async (file) => {
      const routes: object = await import(/* @vite-ignore */ new URL(file, functions).pathname);
      return Object.values(routes).filter(isOperation);
    }),
  );
  const ids = exported
    .flat()
    .map(({ id }) => id)
    .sort();
  expect(ids.length).toBeGreaterThan(12);
  const documented = Object.values(document.paths).flatMap((path) => Object.values(path as object));
  expect(documented.map(({ operationId }) => operationId).sort()).toEqual(ids);
});

describe.each(allOperations.map((one) => [`${one.method} ${one.path}`, one] as const))('%s', (_, one) => {
  it('has its parameters, scope and answers', () => {
    const { parameters, security, responses, requestBody } = described(one);
    const inPath = parameters.filter((parameter: { in: string }) => parameter.in === 'path');
    expect(inPath.map(({ name }: { name: string }) => `{${name}}`)).toEqual(one.path.match(/\{\w+\}/g) ?? []);
    expect(inPath.every(({ required }: { required: boolean }) => required)).toBe(true);
    expect(security).toEqual(one.scope === null ? [] : [{ token: [one.scope] }]);
    expect(Object.keys(responses)).toEqual(
      expect.arrayContaining([...Object.keys(one.responses), '500', '503']),
    );
    expect(Object.keys(requestBody?.content ?? {})).toEqual(one.body?.contentTypes ?? []);
  });

  it('shows examples that its own schemas take', () => {
    for (const [name, example] of Object.entries(one.body?.examples ?? {})) {
      expect(one.body?.schema.safeParse(example).success, name).toBe(true);
    }
    for (const [status, { schema, example }] of Object.entries(one.responses)) {
      if (example !== undefined) expect(schema?.safeParse(example).success, status).toBe(true);
    }
  });

  it('has problem details for its errors', () => {
    for (const [status, { content }] of Object.entries<{ content?: object }>(described(one).responses)) {
      if (Number(status) < 400 || ['401', '403', '429'].includes(status)) continue;
      expect(Object.keys(content ?? {}), status).toEqual(['application/problem+json']);
    }
  });
});

it('has every field of an item wherever items are written and read', () => {
  const { NewItem, ItemReplacement, ItemPatch, Item } = document.components.schemas;
  for (const schema of [NewItem, ItemReplacement, ItemPatch, Item]) {
    expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(Object.keys(fields)));
    expect(schema.additionalProperties).toBe(false);
  }
  expect(NewItem.properties.name).toMatchObject({ minLength: 1, maxLength: 256 });
  expect(Object.keys(Item.properties)).toEqual(['id', ...Object.keys(fields), 'createdAt', 'updatedAt']);
  expect(Item.required).toEqual(
    expect.arrayContaining(['id', 'name', 'description', 'createdAt', 'updatedAt']),
  );
});

it('has the input of every computation type', () => {
  const submission = document.paths['/computations'].post.requestBody.content['application/json'];
  for (const kernel of kernels) {
    const form = submission.schema.oneOf.find(
      // biome-ignore lint/suspicious/noExplicitAny: a JSON Schema
      ({ properties }: any) => properties.type.const === kernel.name,
    );
    expect(form.properties.input, kernel.name).toEqual(
      json({ ...z.toJSONSchema(kernel.input, { io: 'input', unrepresentable: 'any' }), $schema: undefined }),
    );
    expect(JSON.stringify(submission.examples)).toContain(kernel.name);
  }
});

it('does not let two schemas have one name', () => {
  const named = (schema: z.ZodMiniType) =>
    operation({
      id: 'x',
      method: 'GET',
      path: '/x',
      scope: null,
      summary: '',
      responses: { 200: { description: '', schema: z.array(schema) } },
    });
  const twice = [
    named(z.string().check(z.meta({ title: 'A' }))),
    named(z.int().check(z.meta({ title: 'A' }))),
  ];
  expect(() => openApiDocument(twice)).toThrow('Two schemas are called A');
});

it('computation types tell name, version, schemas and an example that fits', () => {
  const { types } = json(computationTypes(kernels));
  expect(types.map(({ name }: { name: string }) => name)).toEqual(kernels.map(({ name }) => name));
  for (const { input, output, description, version, example } of types) {
    expect([typeof description, typeof version, typeof input, typeof output]).toEqual([
      'string',
      'number',
      'object',
      'object',
    ]);
    expect(Object.keys(example)).toEqual(['input', 'output']);
  }
  for (const { name, input, output, example } of kernels) {
    expect(input.safeParse(example.input).success, name).toBe(true);
    expect(output.safeParse(example.output).success, name).toBe(true);
  }
});
