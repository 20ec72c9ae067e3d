import type * as z from 'zod/mini';
import { memoized } from '../lazy.ts';

/** How a header is documented. */
export interface HeaderDescription {
  readonly description: string;
  readonly example?: string;
}

export interface ResponseDescription {
  readonly description: string;
  /** The body's; absent where there is none. Documentation: answers are not checked against it at run time. */
  readonly schema?: z.ZodMiniType;
  readonly headers?: Readonly<Record<string, HeaderDescription>>;
  readonly example?: unknown;
}

interface BodyDescription<B> {
  /** The media types that are read as JSON; the first is the usual one. */
  readonly contentTypes: readonly [string, ...string[]];
  readonly schema: z.ZodMiniType<B>;
  readonly examples: Readonly<Record<string, unknown>>;
}

/**
 * One route as data. The handler validates with it, `infra/` makes an API Gateway route of it, and the OpenAPI
 * document is generated from it, so the three cannot disagree.
 *
 * `P`, `Q` and `B` are the parsed path parameters, query and body.
 */
export interface Operation<P, Q, B> {
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
  readonly params?: z.ZodMiniType<P>;
  /** Reads strings; a strict object, so that unknown parameters are refused. Absent: no parameter is known. */
  readonly query?: z.ZodMiniType<Q>;
  /** Request headers that mean something here. */
  readonly headers?: Readonly<Record<string, HeaderDescription>>;
  readonly body?: BodyDescription<B>;
  readonly responses: Readonly<Record<number, ResponseDescription>>;
}

/** An operation of any type, for what only describes or dispatches it. */
export type AnyOperation = Operation<unknown, unknown, unknown>;

/**
 * The operation itself, with the types of its parameters and body inferred from its schemas. What needs a schema is
 * best a getter: then the start of a function does not wait for the schemas of all its routes and answers.
 */
export const operation = <P = undefined, Q = undefined, B = undefined>(
  described: Operation<P, Q, B>,
): Operation<P, Q, B> => memoized(described);
