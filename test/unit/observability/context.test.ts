import type { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sqsWorkQueue } from '../../../functions/lib/aws/work-queue.ts';
import { encodeMessage, type WorkMessage } from '../../../functions/lib/engine/message.ts';
import { scheduleHandler } from '../../../functions/lib/events/schedule-handler.ts';
import { sqsHandler } from '../../../functions/lib/events/sqs-handler.ts';
import { addConsumedCapacity, annotate, inLogContext } from '../../../functions/lib/observability/context.ts';
import { observeEngine } from '../../../functions/lib/observability/engine.ts';
import { log } from '../../../functions/lib/observability/log.ts';
import { withMessageContext } from '../../../functions/lib/observability/message.ts';
import { lambdaContext, sqsEvent } from '../../support/events.ts';
import { captureLog } from '../../support/log.ts';

const invocationId = lambdaContext().awsRequestId;
let captured: ReturnType<typeof captureLog>;
beforeEach(() => {
  captured = captureLog();
  vi.stubEnv('_X_AMZN_TRACE_ID', 'Root=1-a-b;Parent=c;Sampled=1;Lineage=d:1');
});
afterEach(() => {
  captured.restore();
  vi.unstubAllEnvs();
});

const message = { kind: 'node', tenant: 't', id: 'c', epoch: 'e', attempt: 2, parts: 12, level: 1, index: 0 };
const bodyOf = (over: object = {}) => encodeMessage({ ...message, ...over } as WorkMessage);

/** An SQS that takes everything, and what it took. */
const queue = () => {
  const attributes: unknown[] = [];
  const send = async ({ input }: SendMessageBatchCommand) => {
    for (const { MessageAttributes } of input.Entries ?? []) attributes.push(MessageAttributes);
    return { $metadata: {} };
  };
  const { send: sendAll } = sqsWorkQueue({ send } as unknown as SQSClient, 'url');
  return { attributes, send: () => sendAll([message as WorkMessage]) };
};

describe('a log context', () => {
  it('adds its fields to every line, as they are at that moment', () => {
    inLogContext(lambdaContext(), { requestId: 'r' }, () => {
      log.info('one');
      annotate({ tenant: 't' });
      log.warn('two', { more: 1 });
    });
    log.info('three');
    const ids = { requestId: 'r', traceId: '1-a-b', invocationId };
    const [one, two, three] = captured.lines.map(({ level, timestamp, message: _, ...fields }) => fields);
    expect([one, two, three]).toEqual([ids, { ...ids, tenant: 't', more: 1 }, {}]);
  });

  it('is separate from another one that runs at the same time', async () => {
    const slow = Promise.withResolvers<void>();
    const first = inLogContext(lambdaContext(), { requestId: 'first' }, async () => {
      await slow.promise;
      log.info('late');
    });
    inLogContext(lambdaContext(), { requestId: 'second' }, () => annotate({ tenant: 'other' }));
    slow.resolve();
    await first;
    expect(captured.lines).toMatchObject([{ requestId: 'first' }]);
    expect(captured.lines[0]).not.toHaveProperty('tenant');
  });
});

describe('the line of a message', () => {
  /** The line of one message, and what its worker sends on. */
  const lineOf = async (body: string, messageAttributes = {}) => {
    const { attributes, send } = queue();
    const event = sqsEvent({ body });
    for (const record of event.Records) record.messageAttributes = messageAttributes;
    await sqsHandler(withMessageContext(send))(event, lambdaContext());
    return { line: captured.lines.at(-1), attributes };
  };
  const string = (stringValue: string) => ({ dataType: 'String', stringValue }) as const;

  it('names the computation, the attempt and the node or step', async () => {
    expect((await lineOf(bodyOf())).line).toMatchObject({
      tenant: 't',
      computation: 'c',
      attempt: 2,
      node: '1.0',
      messageId: 'message-0',
      invocationId,
    });
    const sequence = await lineOf(bodyOf({ kind: 'sequence', step: 7 }));
    expect(sequence.line).toMatchObject({ tenant: 't', computation: 'c', attempt: 2, step: 7 });
    expect(sequence.line).not.toHaveProperty('node');
  });

  it.each(['private', '{"format":2,"id":"private"}'])(
    'contains nothing of a body that cannot be read: %s',
    async (body) => {
      const { line } = await lineOf(body);
      expect(line).toMatchObject({ tenant: 'group', messageId: 'message-0' });
      expect(JSON.stringify(line)).not.toContain('private');
    },
  );

  it('says why the message was discarded', async () => {
    const discard = async () =>
      observeEngine({ event: 'discarded', reason: 'computation cancelled', id: 'c' });
    await sqsHandler(discard)(sqsEvent({ body: '' }), lambdaContext());
    expect(captured.lines).toMatchObject([{ message: 'message', discarded: 'computation cancelled' }]);
  });

  it('has the ids of the request that began the work, and passes them on in what it sends', async () => {
    const { line, attributes } = await lineOf(bodyOf(), { requestId: string('r'), traceId: string('1-0-0') });
    expect(line).toMatchObject({ requestId: 'r', traceId: '1-0-0', invocationId });
    expect(attributes).toEqual([
      {
        requestId: { DataType: 'String', StringValue: 'r' },
        traceId: { DataType: 'String', StringValue: '1-0-0' },
      },
    ]);
  });

  it('has the ids of its own invocation when the message has none', async () => {
    const { line, attributes } = await lineOf(bodyOf());
    expect(line).toMatchObject({ traceId: '1-a-b' });
    expect(line).not.toHaveProperty('requestId');
    expect(attributes).toEqual([{ traceId: { DataType: 'String', StringValue: '1-a-b' } }]);
  });

  it('has what this message consumed, without the message before it in the batch', async () => {
    const spend = async (body: string) => {
      addConsumedCapacity('readUnits', Number(body));
      addConsumedCapacity('readUnits', 0.5);
    };
    await sqsHandler(spend)(sqsEvent({ body: '1' }, { body: '10' }), lambdaContext());
    expect(captured.lines.map(({ readUnits }) => readUnits)).toEqual([1.5, 10.5]);
  });
});

describe('a run of a schedule', () => {
  it('logs one line, and passes its own id on in what it sends', async () => {
    const { attributes, send } = queue();
    const job = async () => {
      addConsumedCapacity('readUnits', 16);
      await send();
    };
    await scheduleHandler(job)({}, lambdaContext());
    expect(captured.lines).toMatchObject([
      { level: 'INFO', message: 'run', requestId: invocationId, status: 'done', readUnits: 16 },
    ]);
    expect(attributes).toMatchObject([{ requestId: { StringValue: invocationId } }]);
  });

  it('logs why it failed, and fails', async () => {
    const job = () => Promise.reject(new Error('no table'));
    await expect(scheduleHandler(job)({}, lambdaContext())).rejects.toThrow('no table');
    expect(captured.lines).toMatchObject([
      { level: 'ERROR', message: 'run', status: 'failed', error: { message: 'no table' } },
    ]);
  });
});
