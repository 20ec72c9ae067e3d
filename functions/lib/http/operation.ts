import type * as z from 'zod/mini';
import { lazy } from '../lazy.ts';
import type { HeaderDescription, RequestHeader } from './headers/header.ts';

/** What is made, or loaded with `import()`, when it is first needed. */
export type Deferred<T> = () => T | Promise<T>;

/** What a body is, and examples of it for the documentation. */
export interface Content<T> {
  readonly schema: z.ZodMiniType<T>;
  /** By a name that says what each shows. */
  readonly examples?: Readonly<Record<string, unknown>>;
}

export interface ResponseDescription {
  readonly description: string;
  readonly headers?: readonly HeaderDescription[];
  /** The body's; absent where there is none. Documentation: answers are not checked against it at run time. */
  readonly content?: Deferred<Content<unknown>>;
}

interface BodyDescription<B> {
  /** The media types that are read as JSON; the first is the usual one. */
  readonly contentTypes: readonly [string, ...string[]];
  /** The most bytes that it may have, decoded. */
  readonly maxBytes: number;
  readonly content: Deferred<Content<B>>;
}

/**
 * One route as data. The handler validates with it, `infra/` makes an API Gateway route of it, and the OpenAPI
 * document is generated from it, so the three cannot disagree.
 *
 * `P`, `Q` and `B` are the parsed path parameters, query and body; `H` names the request headers that may be read.
 * Schemas are functions: a start waits for none, and a request only for those of its own operation.
 */
export interface Operation<P, Q, B, H extends string> {
  /** The operationId, such as `createItem`. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** In API Gateway's syntax: `/items/{id}`. */
  readonly path: `/${string}`;
  /**
   * What a token must allow, as `resource/verb`; API Gateway's authorizer checks it before a function is called. `null`:
   * no token needed.
   */
  readonly scope: string | null;
  readonly summary: string;
  readonly description?: string;
  /** Reads strings. */
  readonly params?: () => z.ZodMiniType<P>;
  /** Reads strings; a strict object, so that unknown parameters are refused. Absent: no parameter is known. */
  readonly query?: () => z.ZodMiniType<Q>;
  /** Request headers that mean something here; logic can read no others. */
  readonly headers?: readonly RequestHeader<unknown, H>[];
  readonly body?: BodyDescription<B>;
  /** The document adds what any operation may answer, and what any with a body may refuse. */
  readonly responses: Readonly<Record<number, ResponseDescription>>;
}

/** An operation of any type, for what only describes or dispatches it. */
export type AnyOperation = Operation<unknown, unknown, unknown, string>;

/**
 * An operation, with the types of its parameters, body and headers inferred from its schemas. Each schema is made once,
 * when it is first needed.
 */
export const operation = <P = undefined, Q = undefined, B = undefined, H extends string = never>(
  described: Operation<P, Q, B, H>,
): Operation<P, Q, B, H> => {
  const { params, query, body } = described;
  return {
    ...described,
    ...(params && { params: lazy(params) }),
    ...(query && { query: lazy(query) }),
    ...(body && { body: { ...body, content: lazy(body.content) } }),
  };
};

/** The keys of API Gateway's routes that lead to an operation: every GET answers HEAD too (docs/adr/0003-head-routes.md). */
export const routeKeys = ({ method, path }: Pick<AnyOperation, 'method' | 'path'>): readonly string[] =>
  method === 'GET' ? [`GET ${path}`, `HEAD ${path}`] : [`${method} ${path}`];

/** Names in the order of the alphabet, each once. */
const sorted = (names: Iterable<string>): readonly string[] => [...new Set(names)].sort();

/** Every request header that means something to one of the operations, or to the function or service before it. */
export const requestHeaderNames = (operations: readonly AnyOperation[]): readonly string[] =>
  sorted([
    ...(operations.some(({ scope }) => scope !== null) ? ['Authorization'] : []),
    ...(operations.some(({ body }) => body !== undefined) ? ['Content-Type'] : []),
    'traceparent',
    ...operations.flatMap(({ headers = [] }) => headers.map(({ name }) => name)),
  ]);

/** What any answer may have besides the headers of its operation: 405, a key that was used, 429 and 503. */
const commonResponseHeaders = ['Allow', 'Idempotency-Key', 'Retry-After'];

/** Every header that an answer may have. */
export const responseHeaderNames = (operations: readonly AnyOperation[]): readonly string[] =>
  sorted([
    ...commonResponseHeaders,
    ...operations
      .flatMap(({ responses }) => Object.values(responses))
      .flatMap(({ headers = [] }) => headers.map(({ name }) => name)),
  ]);
