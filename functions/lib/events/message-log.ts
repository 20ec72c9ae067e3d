import type { MiddlewareObj, Request } from '@middy/core';
import type { Context, SQSRecord } from 'aws-lambda';
import { isColdStart } from '../observability/cold-start.ts';
import { consumedCapacity, counters } from '../observability/context.ts';
import { errorFields, log } from '../observability/log.ts';
import { metricFields } from '../observability/metrics.ts';

type TimedRequest = Request<SQSRecord, 'done' | 'failed', Error, Context, { startedAt: number }>;

/** Logs one line a message: its tenant, the receive count, how it ended and what it consumed. Never its body. */
export const messageLog = (): MiddlewareObj<
  SQSRecord,
  'done' | 'failed',
  Error,
  Context,
  { startedAt: number }
> => {
  const logLine = ({ event, response, error, internal }: TimedRequest): void => {
    const coldStart = isColdStart();
    const receiveCount = Number(event.attributes.ApproximateReceiveCount);
    const fields = {
      receiveCount,
      status: response,
      durationMs: Math.round(performance.now() - internal.startedAt),
      coldStart,
      ...consumedCapacity(),
      ...metricFields({
        values: {
          Messages: 1,
          MessagesFailed: Number(response !== 'done'), // also when 0, because an alarm divides the two
          ColdStarts: Number(coldStart),
          ...(receiveCount > 1 && { MessagesRetried: 1 }),
          ...counters(),
        },
      }),
    };
    if (response === 'done') log.info('message', fields);
    else log.warn('message', { ...fields, ...errorFields(error) });
  };
  return {
    before: ({ internal }) => {
      internal.startedAt = performance.now();
    },
    after: logLine,
    onError: logLine,
  };
};
