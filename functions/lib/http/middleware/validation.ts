import type { MiddlewareObj } from '@middy/core';
import * as z from 'zod/mini';
import { lazy } from '../../lazy.ts';
import type { AnyOperation } from '../operation.ts';
import { invalid } from '../problem.ts';
import { type Checked, check } from '../validation.ts';
import type { HttpEvent } from './event.ts';

const nothing = lazy(() => z.strictObject({}));
/** What an operation does not have: nothing to check, nothing that its code reads. */
const absent: Checked<unknown> = { value: undefined };

/**
 * Checks path parameters, query and body, and keeps what the operation's schemas make of them.
 *
 * Answers 422 with every place that breaks them: `#/path/…`, `#/query/…`, and `#/…` in the body.
 */
export const validation = (operation: AnyOperation): MiddlewareObj<HttpEvent> => ({
  before: ({ event }) => {
    const { pathParameters = {}, queryStringParameters, json } = event;
    const params = operation.params ? check(operation.params, pathParameters, ['path']) : absent;
    const query =
      operation.query || queryStringParameters
        ? check(operation.query ?? nothing(), queryStringParameters ?? {}, ['query'])
        : absent;
    const body = operation.body ? check(operation.body.schema, json) : absent;
    if ('errors' in params || 'errors' in query || 'errors' in body) {
      throw invalid([params, query, body].flatMap((part) => ('errors' in part ? part.errors : [])));
    }
    event.checked = { params: params.value, query: query.value, body: body.value };
  },
});
