import type { MiddlewareObj, Request } from '@middy/core';
import type { Context } from 'aws-lambda';
import { isColdStart } from '../../observability/cold-start.ts';
import { consumedCapacity } from '../../observability/context.ts';
import { errorFields, log } from '../../observability/log.ts';
import { metricFields } from '../../observability/metrics.ts';
import type { HttpEvent, HttpResult } from './event.ts';

type Timed<Event, Result> = Request<Event, Result, Error, Context, { startedAt: number }>;

/** One line a request: what was asked, by whom, how it ended and what it consumed. Never a body, a token or a query. */
export const requestLog = (): MiddlewareObj<HttpEvent, HttpResult, Error, Context, { startedAt: number }> => {
  const line = ({ event, response, error, internal }: Timed<HttpEvent, HttpResult>): void => {
    const status = response?.statusCode ?? 500;
    const durationMs = Math.round(performance.now() - internal.startedAt);
    const coldStart = isColdStart();
    const fields = {
      route: event.routeKey,
      status,
      durationMs,
      coldStart,
      ...consumedCapacity(),
      ...metricFields(
        {
          by: { Route: event.routeKey, StatusClass: `${Math.floor(status / 100)}xx` },
          values: { Requests: 1 },
        },
        { by: { Route: event.routeKey }, values: { RequestDuration: durationMs } },
        {
          values: {
            ColdStarts: Number(coldStart),
            ResponsesFromCache: Number(response?.headers?.Age !== undefined),
          },
        },
      ),
    };
    if (status < 500) log.info('request', fields);
    else log.error('request', { ...fields, ...errorFields(error) });
  };
  return {
    before: ({ internal }) => {
      internal.startedAt = performance.now();
    },
    after: line,
    onError: line,
  };
};
