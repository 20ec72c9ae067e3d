import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import type { Kernel } from '../../functions/lib/engine/kernel.ts';
import { problemResponse, retryAfter } from '../../functions/lib/http/documentation.ts';
import type {
  AnyOperation,
  HeaderDescription,
  ResponseDescription,
} from '../../functions/lib/http/operation.ts';
import pkg from '../../package.json' with { type: 'json' };

type Json = Record<string, unknown>;
type Io = 'input' | 'output';

/** What functions and API Gateway may answer to any request. */
const anyOperation: Readonly<Record<number, ResponseDescription>> = {
  500: problemResponse('The service made a mistake'),
  503: problemResponse('A dependency gives no answer now; try again', { 'Retry-After': retryAfter }),
};

/** What API Gateway answers by itself where a token is needed, with a body of its own form. */
const gatewayMessage = z.object({ message: z.string() }).check(z.meta({ title: 'GatewayMessage' }));
const guardedOperation: Readonly<Record<number, ResponseDescription>> = {
  401: {
    description: 'The token is missing or not valid',
    schema: gatewayMessage,
    example: { message: 'Unauthorized' },
  },
  403: {
    description: 'The token lacks the scope',
    schema: gatewayMessage,
    example: { message: 'Forbidden' },
  },
};
const throttledOperation: Readonly<Record<number, ResponseDescription>> = {
  429: {
    description: 'Too many requests',
    schema: gatewayMessage,
    example: { message: 'Too Many Requests' },
  },
};

/**
 * The OpenAPI 3.1 document of these operations, made of the very schemas that validate. A schema with a `title`
 * becomes a component of that name, so that generated clients have a type for it.
 */
export const openApiDocument = (operations: readonly AnyOperation[]) => {
  const schemas: Record<string, Json> = {};

  const convert = (schema: z.core.$ZodType, io: Io): Json => {
    const { $schema, ...json } = z.toJSONSchema(schema, {
      io,
      unrepresentable: 'any',
      override: ({ zodSchema, jsonSchema, path }) => {
        if (path.length === 0 || jsonSchema.title === undefined) return;
        const reference = refer(zodSchema, io);
        for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
        Object.assign(jsonSchema, reference);
      },
    });
    return json;
  };

  /** The schema, or where it stands when it has a name. */
  const refer = (schema: z.core.$ZodType, io: Io): Json => {
    const json = convert(schema, io);
    const { title } = json;
    if (typeof title !== 'string') return json;
    if (!isDeepStrictEqual(schemas[title] ?? json, json)) throw new Error(`Two schemas are called ${title}`);
    schemas[title] = json;
    return { $ref: `#/components/schemas/${title}` };
  };

  /** A parameter is described as what it is read as: a number, though it travels as text. */
  const parameters = (place: 'path' | 'query', schema: z.ZodMiniType | undefined): Json[] => {
    if (schema === undefined) return [];
    const { required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
    const { properties = {} } = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' });
    return Object.entries(properties as Record<string, Json>).map(([name, { description, ...rest }]) => ({
      name,
      in: place,
      required: required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: rest,
    }));
  };

  const response = (
    { description, schema, headers, example }: ResponseDescription,
    status: number,
  ): Json => ({
    description,
    ...(headers ? { headers: Object.fromEntries(Object.entries(headers).map(headerEntry)) } : {}),
    ...(schema
      ? {
          content: {
            [status < 400 || schema === gatewayMessage ? 'application/json' : 'application/problem+json']: {
              schema: refer(schema, 'output'),
              ...(example === undefined ? {} : { example }),
            },
          },
        }
      : {}),
  });

  const describe = (operation: AnyOperation): Json => ({
    operationId: operation.id,
    summary: operation.summary,
    ...(operation.description ? { description: operation.description } : {}),
    tags: [operation.scope?.split('/')[0] ?? 'service'],
    security: operation.scope === null ? [] : [{ token: [operation.scope] }],
    parameters: [
      ...parameters('path', operation.params),
      ...parameters('query', operation.query),
      ...Object.entries(operation.headers ?? {}).map(([name, { description, example }]) => ({
        name,
        in: 'header',
        required: false,
        description,
        schema: { type: 'string' },
        ...(example === undefined ? {} : { example }),
      })),
    ],
    ...(operation.body ? { requestBody: requestBody(operation.body) } : {}),
    responses: Object.fromEntries(
      Object.entries({
        ...throttledOperation,
        ...(operation.scope === null ? {} : guardedOperation),
        ...anyOperation,
        ...operation.responses,
      }).map(([status, described]) => [
        status,
        described === operation.responses[429] ? throttled(described) : response(described, Number(status)),
      ]),
    ),
  });

  /** What an operation itself refuses with 429, beside what API Gateway does. */
  const throttled = (described: ResponseDescription): Json => {
    const own = response(described, 429);
    const gateway = { 'application/json': { schema: refer(gatewayMessage, 'output') } };
    return { ...own, content: { ...(own.content as Json), ...gateway } };
  };

  const requestBody = ({ contentTypes, schema, examples }: NonNullable<AnyOperation['body']>): Json => {
    const content = {
      schema: refer(schema, 'input'),
      examples: Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }])),
    };
    return { required: true, content: Object.fromEntries(contentTypes.map((type) => [type, content])) };
  };

  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method.toLowerCase()]: describe(operation),
    };
  }

  return {
    openapi: '3.1.1',
    info: {
      title: 'Spillway',
      version: pkg.version,
      description:
        'Items, and computations that run in parts. Every path that answers GET answers HEAD too. Errors are problem details (RFC 9457), except those of API Gateway itself (401, 403, 429), whose body is `{"message": …}`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'Its scopes are those named by each operation',
        },
      },
    },
  };
};

const headerEntry = ([name, { description, example }]: [string, HeaderDescription]) => [
  name,
  { description, schema: { type: 'string' }, ...(example === undefined ? {} : { example }) },
];

/** What `GET /computation-types` answers: every type with the JSON Schema of its input and output. */
export const computationTypes = (kernels: readonly Kernel[]) => ({
  types: kernels.map(({ name, version, description, input, output, example }) => ({
    name,
    version,
    description,
    input: z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }),
    output: z.toJSONSchema(output, { io: 'output', unrepresentable: 'any' }),
    example,
  })),
});
