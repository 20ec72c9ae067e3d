import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { readComputation } from '../../../functions/computation-reads/operations.ts';
import {
  cancelComputation,
  listComputations,
  submissionOf,
} from '../../../functions/computations/operations.ts';
import { kernels } from '../../../functions/kernels/index.ts';
import type { ComputationType } from '../../../functions/lib/computations/types.ts';
import { type AnyOperation, operation } from '../../../functions/lib/http/operation.ts';
import { manifest } from '../../../functions/manifest.ts';
import { computationTypes, openApiDocument } from '../../../infra/bundle/openapi.ts';
import { allOperations as operationsIn } from '../../../infra/suite.ts';
import { addNumbers, echo } from '../../support/computation-types.ts';

const allOperations = operationsIn(manifest);

// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of JSON
const json = (value: unknown): any => JSON.parse(JSON.stringify(value));
const document = json(await openApiDocument(allOperations, kernels));

const described = (one: AnyOperation) => document.paths[one.path][one.method.toLowerCase()];
/** Every object in the document. */
const objects = function* (value: unknown): Generator<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return;
  yield value as Record<string, unknown>;
  for (const member of Object.values(value)) yield* objects(member);
};
const isBroken = (whole: unknown, reference: string): boolean =>
  reference
    .slice(2)
    .split('/')
    // biome-ignore lint/suspicious/noExplicitAny: any JSON
    .reduce((value: any, key) => value?.[key], whole) === undefined;
const brokenReferences = (whole: unknown): string[] =>
  [...objects(whole)]
    .map(({ $ref }) => $ref)
    .filter((reference) => typeof reference === 'string')
    .filter((reference) => isBroken(whole, reference));

describe('the API document', () => {
  it('is OpenAPI 3.1 that names only what it contains', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(brokenReferences(document)).toEqual([]);
    expect(JSON.stringify(document)).not.toContain('$schema');
  });

  it('has every operation of every function, once', async () => {
    const functions = new URL('../../../functions/', import.meta.url);
    const files = readdirSync(functions, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /^[^/]+\/operations\.ts$/.test(file.replaceAll('\\', '/')),
    );
    const exported = await Promise.all(
      files.map(async (file) => {
        const module = await import(/* @vite-ignore */ new URL(file, functions).pathname);
        return (module.operations as readonly AnyOperation[]).map(({ id }) => id);
      }),
    );
    const documented = Object.values(document.paths).flatMap((path) => Object.values(path as object));
    expect(documented.length).toBeGreaterThan(0);
    expect(documented.map(({ operationId }) => operationId).sort()).toEqual(exported.flat().sort());
  });

  it('has components for what clients handle', () => {
    expect(Object.keys(document.components.schemas)).toEqual(
      expect.arrayContaining([
        ...['Item', 'ItemPage', 'NewItem', 'ItemReplacement', 'ItemPatch'],
        ...['NewComputation', 'Computation', 'ComputationPage', 'ComputationStatus', 'ComputationType'],
        ...['Problem', 'FieldError', 'GatewayMessage'],
      ]),
    );
  });

  it('adds to operations with a body what their bodies are refused for, unless they say it themselves', async () => {
    const write = operation({
      id: 'write',
      method: 'PUT',
      path: '/x',
      scope: null,
      summary: '',
      body: {
        contentTypes: ['application/json'],
        maxBytes: 2_048,
        content: () => ({ schema: z.object({}) }),
      },
      responses: { 200: { description: 'Written' }, 422: { description: 'Its own' } },
    });
    const { responses } = json(await openApiDocument([write], [])).paths['/x'].put;
    const descriptions = ['200', '400', '413', '415', '422'].map((status) => responses[status].description);
    expect(descriptions).toEqual([
      'Written',
      'The body is not JSON or not UTF-8, or a header is malformed',
      'The body has more than 2 KiB',
      'The body is of another media type',
      'Its own',
    ]);
  });

  it('describes a parameter as the number that it is read as, with its default', async () => {
    const { paths } = json(await openApiDocument([listComputations], []));
    expect(paths['/computations'].get.parameters[0]).toEqual({
      name: 'limit',
      in: 'query',
      description: 'The most entries of a page',
      schema: {
        type: 'integer',
        minimum: 1,
        maximum: 100,
        default: 20,
        description: 'The most entries of a page',
      },
    });
  });

  it('refuses two schemas of one name', async () => {
    const named = (schema: z.ZodMiniType) =>
      operation({
        id: 'x',
        method: 'GET',
        path: '/x',
        scope: null,
        summary: '',
        responses: { 200: { description: '', content: () => ({ schema }) } },
      });
    const twice = z.object({
      one: z.string().check(z.meta({ id: 'A' })),
      other: z.int().check(z.meta({ id: 'A' })),
    });
    await expect(openApiDocument([named(twice)], [])).rejects.toThrow('"A"');
  });
});

describe.each(allOperations.map((one) => [`${one.method} ${one.path}`, one] as const))('%s', (_, one) => {
  it('has its parameters, scope and answers', () => {
    const { parameters, security, responses, requestBody } = described(one);
    const inPath = parameters.filter((parameter: { in: string }) => parameter.in === 'path');
    expect(inPath.map(({ name }: { name: string }) => `{${name}}`)).toEqual(one.path.match(/\{\w+\}/g) ?? []);
    expect(inPath.every(({ required }: { required: boolean }) => required)).toBe(true);
    const inHeader = parameters.filter((parameter: { in: string }) => parameter.in === 'header');
    expect(inHeader.map(({ name }: { name: string }) => name)).toEqual(
      one.headers?.map(({ name }) => name) ?? [],
    );
    expect(security).toEqual(one.scope === null ? [] : [{ token: [one.scope] }]);
    expect(Object.keys(responses)).toEqual(
      expect.arrayContaining([...Object.keys(one.responses), '500', '503']),
    );
    expect(Object.keys(requestBody?.content ?? {})).toEqual(one.body?.contentTypes ?? []);
  });

  it('shows examples that its own schemas take', async () => {
    const contents = [one.body, ...Object.values(one.responses)].map((described) => described?.content?.());
    for (const content of await Promise.all(contents)) {
      for (const [name, example] of Object.entries(content?.examples ?? {})) {
        expect(content?.schema.safeParse(example).success, name).toBe(true);
      }
    }
  });

  it('has problem details for its errors', () => {
    for (const [status, { content }] of Object.entries<{ content?: object }>(described(one).responses)) {
      if (Number(status) < 400 || ['401', '403', '429'].includes(status)) continue;
      expect(Object.keys(content ?? {}), status).toEqual(['application/problem+json']);
    }
  });
});

describe('the API document of computations', () => {
  const operationsOn = (types: readonly ComputationType[]): AnyOperation[] => [
    submissionOf(() => types),
    readComputation,
    listComputations,
    cancelComputation,
  ];
  const documentOf = async (...types: readonly ComputationType[]) =>
    json(await openApiDocument(operationsOn(types), types));
  const componentOf = (schemas: Record<string, unknown>, { $ref }: { $ref: string }) =>
    json(schemas[$ref.split('/').at(-1) ?? '']);

  it('tells of each type its title, what it takes and an example, by its discriminator', async () => {
    const { paths, components } = await documentOf(echo, addNumbers);
    const { content } = paths['/computations'].post.requestBody;
    const { discriminator, oneOf } = componentOf(components.schemas, content['application/json'].schema);
    expect(discriminator).toEqual({
      propertyName: 'type',
      mapping: {
        echo: '#/components/schemas/EchoSubmission',
        'add-numbers': '#/components/schemas/AddNumbersSubmission',
      },
    });
    expect(oneOf.map((one: { $ref: string }) => componentOf(components.schemas, one))).toMatchObject([
      {
        title: 'echo',
        description: 'Says a text so many times.',
        properties: { type: { const: 'echo' }, input: { $ref: '#/components/schemas/EchoInput' } },
        examples: [{ type: 'echo', input: { text: 'ho', times: 2 } }],
      },
      { title: 'add-numbers', properties: { type: { const: 'add-numbers' } } },
    ]);
    expect(components.schemas.EchoInput.required).toEqual(['text']);
    expect(content['application/json'].examples).toEqual({
      echo: { value: { type: 'echo', input: { text: 'ho', times: 2 } } },
      'add-numbers': { value: { type: 'add-numbers', input: { a: 1, b: 2 } } },
    });
  });

  it('tells of each computation the input with its defaults and the result of its type', async () => {
    const { paths, components } = await documentOf(echo, addNumbers);
    const shown = [
      paths['/computations/{id}'].get.responses[200],
      paths['/computations/{id}/cancel'].post.responses[200],
      paths['/computations'].post.responses[202],
    ];
    for (const { content } of shown) {
      const { discriminator } = componentOf(components.schemas, content['application/json'].schema);
      expect(Object.keys(discriminator.mapping)).toEqual(['echo', 'add-numbers']);
    }
    expect(components.schemas.EchoComputation.properties).toMatchObject({
      type: { const: 'echo' },
      input: { $ref: '#/components/schemas/EchoInputWithDefaults' },
      result: { $ref: '#/components/schemas/EchoResult' },
    });
    expect(components.schemas.EchoInputWithDefaults.required).toEqual(['text', 'times']);
    expect(components.schemas.EchoResult.properties).toEqual({
      said: { type: 'array', items: { type: 'string' } },
    });
    expect(components.schemas.ComputationPage.properties.computations.items).toEqual({
      $ref: '#/components/schemas/ComputationSummary',
    });
    expect(Object.keys(components.schemas.ComputationSummary.discriminator.mapping)).toEqual([
      'echo',
      'add-numbers',
    ]);
  });

  it('is whole without any type, and says that none is known', async () => {
    const without = await documentOf();
    expect(brokenReferences(without)).toEqual([]);
    expect(without.components.schemas.NewComputation.properties).toHaveProperty('type');
    expect(without.components.schemas.Computation.properties.result).toEqual({
      description: expect.any(String),
    });
    const { schema } = (await submissionOf(() => []).body?.content()) ?? {};
    for (const body of [{ type: 'echo', input: {} }, { type: '', input: {} }, {}]) {
      expect(schema?.safeParse(body).success).toBe(false);
    }
  });
});

describe('the computation types', () => {
  it('tell name, version, description, the schemas of input and output, and an example', () => {
    expect(json(computationTypes([echo])).types).toEqual([
      {
        name: 'echo',
        version: 2,
        description: 'Says a text so many times.',
        input: expect.objectContaining({ type: 'object', required: ['text'] }),
        output: expect.objectContaining({ type: 'object', required: ['said'] }),
        example: { input: { text: 'ho', times: 2 }, output: { said: ['ho', 'ho'] } },
      },
    ]);
  });

  it('are empty when there are none', () => {
    expect(computationTypes([])).toEqual({ types: [] });
  });
});
