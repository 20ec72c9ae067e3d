import type { MiddlewareObj, Request } from '@middy/core';
import type { Context, SQSRecord } from 'aws-lambda';
import { isColdStart } from '../observability/cold-start.ts';
import { consumed, counted } from '../observability/context.ts';
import { errorFields, log } from '../observability/log.ts';
import { metricFields } from '../observability/metrics.ts';

type Timed = Request<SQSRecord, 'done' | 'failed', Error, Context, { startedAt: number }>;

/** One line a message: whose, the how manieth time, how it ended and what it consumed. Never its body. */
export const messageLog = (): MiddlewareObj<
  SQSRecord,
  'done' | 'failed',
  Error,
  Context,
  { startedAt: number }
> => {
  const line = ({ event, response, error, internal }: Timed): void => {
    const coldStart = isColdStart();
    const receiveCount = Number(event.attributes.ApproximateReceiveCount);
    const fields = {
      receiveCount,
      status: response,
      durationMs: Math.round(performance.now() - internal.startedAt),
      coldStart,
      ...consumed(),
      ...metricFields({
        values: {
          Messages: 1,
          MessagesFailed: Number(response !== 'done'), // also when it is none: an alarm divides the two
          ColdStarts: Number(coldStart),
          ...(receiveCount > 1 && { MessagesRetried: 1 }),
          ...counted(),
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
    after: line,
    onError: line,
  };
};
