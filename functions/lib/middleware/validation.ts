import type { MiddlewareObj } from '@middy/core';
import * as z from 'zod/mini';
import type { AnyOperation } from '../http/operation.ts';
import { invalid } from '../http/problem.ts';
import { type Checked, check } from '../http/validation.ts';
import { once } from '../lazy.ts';
import type { HttpEvent } from './event.ts';

const nothing = once(() => z.strictObject({}));
const anything = once(() => z.unknown());

/**
 * Checks path parameters, query and body, and keeps what the operation's schemas make of them.
 *
 * Answers 422 with every place that breaks them: `#/path/…`, `#/query/…`, and `#/…` in the body.
 */
export const validation = (operation: AnyOperation): MiddlewareObj<HttpEvent> => ({
  before: ({ event }) => {
    const params = check(operation.params ?? anything(), event.pathParameters ?? {}, ['path']);
    const query = check(operation.query ?? nothing(), event.queryStringParameters ?? {}, ['query']);
    const body = check(operation.body?.schema ?? anything(), event.json);
    const errors = [params, query, body].flatMap((part: Checked<unknown>) =>
      'errors' in part ? part.errors : [],
    );
    if ('errors' in params || 'errors' in query || 'errors' in body) throw invalid(errors);
    event.checked = { params: params.value, query: query.value, body: body.value };
  },
});
