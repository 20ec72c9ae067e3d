import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { equalJitter, fullJitter } from '../../../functions/lib/events/backoff.ts';
import { type MessageContext, sqsHandler } from '../../../functions/lib/events/sqs-handler.ts';
import { messages } from '../../../functions/limits.ts';
import { lambdaContext, sqsEvent } from '../../support/events.ts';
import { captureLog } from '../../support/log.ts';

let log: ReturnType<typeof captureLog>;
beforeEach(() => {
  log = captureLog();
});
afterEach(() => log.restore());

/** Runs a batch whose messages say whether they fail; gives what was seen and done. */
const run = async (
  bodies: readonly string[],
  {
    delay = () => 5,
    changes = async () => {},
  }: { delay?: (error: unknown, count: number) => number; changes?: () => Promise<void> } = {},
) => {
  const seen: (MessageContext & { body: string })[] = [];
  const visibilities: [string, number][] = [];
  const handler = sqsHandler(
    async (body, context) => {
      seen.push({ body, ...context });
      if (body.startsWith('fail')) throw new Error(body);
    },
    {
      retryDelaySeconds: delay,
      changeVisibility: async (record, seconds) => {
        visibilities.push([record.messageId, seconds]);
        await changes();
      },
    },
  );
  const event = sqsEvent(...bodies.map((body, n) => ({ body, receiveCount: n + 1 })));
  const { batchItemFailures } = await handler(event, lambdaContext());
  return { seen, visibilities, failed: batchItemFailures.map(({ itemIdentifier }) => itemIdentifier) };
};

describe('the handler of a queue', () => {
  it('works on the messages of a batch in order, and reports only those that failed', async () => {
    const { seen, failed } = await run(['a', 'fail', 'b']);
    expect(seen.map(({ body }) => body)).toEqual(['a', 'fail', 'b']);
    expect(failed).toEqual(['message-1']);
  });

  it('gives the work the receive count, the ids and the time left', async () => {
    const { seen } = await run(['a', 'b']);
    expect(seen[1]).toMatchObject({
      messageId: 'message-1',
      receiveCount: 2,
      requestId: '8e03978e-40d5-43dd-bc93-6894a57f9324',
    });
    expect(seen[1]?.remainingMs()).toBe(10_000);
  });

  it('makes a failed message visible again after a delay by its error and receive count', async () => {
    const delay = (error: unknown, count: number) => (error as Error).message.length * 100 + count;
    const { visibilities } = await run(['fail', 'a', 'failing'], { delay });
    expect(visibilities).toEqual([
      ['message-0', 401],
      ['message-2', 703],
    ]);
  });

  it.each([
    [-1, 0],
    [0.2, 1],
    [100_000, 43_200],
  ])('turns a delay of %d s into %d s, which SQS accepts', async (delay, seconds) => {
    expect((await run(['fail'], { delay: () => delay })).visibilities).toEqual([['message-0', seconds]]);
  });

  it('reports a message as failed also when its visibility cannot be changed', async () => {
    const changes = () => Promise.reject(new Error('no SQS'));
    expect((await run(['fail', 'a', 'fail'], { changes })).failed).toEqual(['message-0', 'message-2']);
    const warnings = log.lines.filter(({ message }) => message === 'visibility not changed');
    expect(warnings.map(({ error }) => error.message)).toEqual(['no SQS', 'no SQS']);
  });

  it('reports a message as failed also when its delay cannot be computed', async () => {
    const delay = () => {
      throw new Error('what delay?');
    };
    expect((await run(['fail'], { delay })).failed).toEqual(['message-0']);
  });

  it('logs one line a message, without its body', async () => {
    await run(['a private text', 'fail']);
    expect(log.lines).toMatchObject([
      {
        level: 'INFO',
        message: 'message',
        messageId: 'message-0',
        receiveCount: 1,
        status: 'done',
        tenant: 'group',
      },
      { level: 'WARN', message: 'message', messageId: 'message-1', receiveCount: 2, status: 'failed' },
    ]);
    expect(JSON.stringify(log.lines)).not.toContain('private');
  });
});

describe('backoff', () => {
  const uniform = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const count = fc.integer({ min: 1, max: 2_000 });

  it('with full jitter is at least 0 and at most a ceiling that doubles with each receive, up to its cap', () => {
    fc.assert(
      fc.property(uniform, count, (u, n) => {
        const delay = fullJitter(messages.exceptionBackoff, n, () => u);
        expect(delay).toSatisfy(Number.isInteger);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(Math.min(60, 2 ** (n - 1)));
      }),
    );
    expect([1, 2, 3, 9].map((n) => fullJitter(messages.exceptionBackoff, n, () => 0.999))).toEqual([
      1, 2, 4, 60,
    ]);
    expect(fullJitter(messages.exceptionBackoff, 9, () => 0)).toBe(0);
  });

  it('with equal jitter is at least half of the ceiling', () => {
    fc.assert(
      fc.property(uniform, count, (u, n) => {
        const delay = equalJitter(messages.outageBackoff, n, () => u);
        const ceiling = Math.min(300, 20 * 2 ** (n - 1));
        expect(delay).toSatisfy(Number.isInteger);
        expect(delay).toBeGreaterThanOrEqual(ceiling / 2);
        expect(delay).toBeLessThanOrEqual(ceiling);
      }),
    );
  });

  it('spans an outage of ten minutes in eight receives, whatever the jitter', () => {
    const delays = [1, 2, 3, 4, 5, 6, 7].map((n) => equalJitter(messages.outageBackoff, n, () => 0));
    expect(delays.reduce((a, b) => a + b)).toBeGreaterThanOrEqual(600);
  });
});
