import type { MiddlewareObj, Request } from '@middy/core';
import type { Context, SQSRecord } from 'aws-lambda';
import { isColdStart } from '../observability/cold-start.ts';
import { errorFields, log } from '../observability/log.ts';
import { measured } from '../observability/metrics.ts';

type Timed = Request<SQSRecord, 'done' | 'failed', Error, Context, { startedAt: number }>;

/** One line a message: which, the how manieth time, and how it ended. Never its body. */
export const messageLog = (): MiddlewareObj<
  SQSRecord,
  'done' | 'failed',
  Error,
  Context,
  { startedAt: number }
> => {
  const line = ({ event, context, response, error, internal }: Timed): void => {
    const coldStart = isColdStart();
    const fields = {
      requestId: context.awsRequestId,
      messageId: event.messageId,
      receiveCount: Number(event.attributes.ApproximateReceiveCount),
      status: response,
      durationMs: Math.round(performance.now() - internal.startedAt),
      coldStart,
      // The queue's fairness group: a hash of the tenant.
      tenant: event.attributes.MessageGroupId,
      ...measured({
        values: {
          Messages: 1,
          MessagesFailed: Number(response !== 'done'), // also when it is none: an alarm divides the two
          ColdStarts: Number(coldStart),
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
