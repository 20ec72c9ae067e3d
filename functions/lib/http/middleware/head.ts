import type { MiddlewareObj } from '@middy/core';
import type { HttpEvent, HttpResult } from './event.ts';

/** Answers HEAD like GET, without the body. */
export const head = (): MiddlewareObj<HttpEvent, HttpResult> => {
  const withoutBody: MiddlewareObj<HttpEvent, HttpResult>['after'] = ({ event, response }) => {
    if (event.requestContext.http.method === 'HEAD') delete response?.body;
  };
  return { after: withoutBody, onError: withoutBody };
};
