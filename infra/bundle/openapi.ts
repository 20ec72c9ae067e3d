import * as z from 'zod/mini';
import {
  createDocument,
  type ZodOpenApiObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiOverride,
  type ZodOpenApiPathsObject,
} from 'zod-openapi';
import { type ComputationType, computationsByType } from '../../functions/lib/computations/types.ts';
import type { HeaderDescription } from '../../functions/lib/http/headers/header.ts';
import { retryAfter } from '../../functions/lib/http/headers/response.ts';
import type { AnyOperation, Content, ResponseDescription } from '../../functions/lib/http/operation.ts';
import { bodyProblems, problemResponse } from '../../functions/lib/http/problem-responses.ts';
import { product } from '../../functions/product.ts';
import pkg from '../../package.json' with { type: 'json' };

/** What functions and API Gateway may answer to any request. */
const anyOperation: Readonly<Record<number, ResponseDescription>> = {
  500: problemResponse('The service made a mistake'),
  503: problemResponse('A dependency gives no answer now; try again', [retryAfter]),
};

/** What API Gateway answers by itself where a token is needed, with a body of its own form. */
const gatewayMessage = z.object({ message: z.string() }).check(z.meta({ id: 'GatewayMessage' }));
const gatewayResponse = (description: string, message: string): ResponseDescription => ({
  description,
  content: () => ({ schema: gatewayMessage, examples: { gateway: { message } } }),
});
const guardedOperation: Readonly<Record<number, ResponseDescription>> = {
  401: gatewayResponse('The token is missing or not valid', 'Unauthorized'),
  403: gatewayResponse('The token lacks the scope', 'Forbidden'),
};
const throttledOperation: Readonly<Record<number, ResponseDescription>> = {
  429: gatewayResponse('Too many requests', 'Too Many Requests'),
};

/** The schemas that stand in the document in place of others, by the component that they stand for. */
type Replacements = Readonly<Record<string, z.ZodMiniType>>;

const componentOf = (schema: z.ZodMiniType): string => z.globalRegistry.get(schema)?.id ?? '';

const mediaType = ({ schema, examples = {} }: Content<unknown>, replacements: Replacements) => {
  const shown = Object.entries(examples).map(([name, value]) => [name, { value }]);
  return {
    schema: replacements[componentOf(schema)] ?? schema,
    ...(shown.length > 0 && { examples: Object.fromEntries(shown) }),
  };
};

const headerOf = ({ description, example }: HeaderDescription) => ({
  description,
  schema: { type: 'string' as const },
  ...(example !== undefined && { example }),
});

const responseOf = async (
  { description, headers = [], content }: ResponseDescription,
  status: number,
  replacements: Replacements,
) => {
  const contents: Record<string, ReturnType<typeof mediaType>> = {};
  const add = async (made: NonNullable<ResponseDescription['content']>) => {
    const body = await made();
    const isProblem = status >= 400 && body.schema !== gatewayMessage;
    contents[isProblem ? 'application/problem+json' : 'application/json'] = mediaType(body, replacements);
  };
  if (content) await add(content);
  // What API Gateway refuses beside what an operation itself refuses.
  const { content: gateway } = throttledOperation[status] ?? {};
  if (gateway) await add(gateway);
  return {
    description,
    ...(headers.length > 0 && {
      headers: Object.fromEntries(headers.map((header) => [header.name, headerOf(header)])),
    }),
    ...(content && { content: contents }),
  };
};

const operationObject = async (
  operation: AnyOperation,
  replacements: Replacements,
): Promise<ZodOpenApiOperationObject> => {
  const { id, summary, description, scope, params, query, headers = [], body } = operation;
  const responses = Object.entries({
    ...throttledOperation,
    ...(scope !== null && guardedOperation),
    ...anyOperation,
    ...(body && bodyProblems(body)),
    ...operation.responses,
  }).map(async ([status, response]) => [status, await responseOf(response, Number(status), replacements)]);
  const bodyContent = body && mediaType(await body.content(), replacements);
  return {
    operationId: id,
    summary,
    ...(description !== undefined && { description }),
    tags: [scope?.split('/')[0] ?? 'service'],
    security: scope === null ? [] : [{ token: [scope] }],
    requestParams: {
      ...(params && { path: params() as z.ZodMiniObject }),
      ...(query && { query: query() as z.ZodMiniObject }),
    },
    parameters: headers.map((header) => ({ name: header.name, in: 'header', ...headerOf(header) })),
    ...(bodyContent && {
      requestBody: {
        required: true,
        content: Object.fromEntries(body.contentTypes.map((type) => [type, bodyContent])),
      },
    }),
    responses: Object.fromEntries(await Promise.all(responses)),
  };
};

/** zod leaves out the default of a parameter that is sent as a text and read as a number. */
const keepDefault: ZodOpenApiOverride = ({ zodSchema, jsonSchema }) => {
  const { def } = zodSchema._zod;
  if (def.type === 'default' && 'defaultValue' in def) jsonSchema.default ??= def.defaultValue;
};

/**
 * The OpenAPI 3.1 document of these operations, made of the very schemas that validate. A schema whose `z.meta` has an
 * `id` becomes a component of that name, so that generated clients have a type for it. Where operations tell of a
 * computation of any type, the document tells of each of `types`.
 */
export const openApiDocument = async (
  operations: readonly AnyOperation[],
  types: readonly ComputationType[],
) => {
  const replacements = computationsByType(types);
  const paths: ZodOpenApiPathsObject = {};
  for (const operation of operations) {
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method.toLowerCase()]: await operationObject(operation, replacements),
    };
  }
  const described: ZodOpenApiObject = {
    openapi: '3.1.1',
    info: {
      title: product.title,
      version: pkg.version,
      description:
        'Items, and computations that run in parts. Every path that answers GET answers HEAD too. Errors are problem details (RFC 9457), except those of API Gateway itself (401, 403, 429), whose body is `{"message": …}`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
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
  const document = createDocument(described, { override: keepDefault });
  return { ...document, paths: document.paths ?? {} };
};

/** What `GET /computation-types` answers: every type with the JSON Schema of its input and output. */
export const computationTypes = (types: readonly ComputationType[]) => ({
  types: types.map(({ name, version, description, input, output, example }) => ({
    name,
    version,
    description,
    input: z.toJSONSchema(input(), { io: 'input', unrepresentable: 'any' }),
    output: z.toJSONSchema(output(), { io: 'output', unrepresentable: 'any' }),
    example,
  })),
});
