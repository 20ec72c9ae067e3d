import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { intervalOf, startSchedule } from '../../infra/local/schedules/schedule.ts';
import type { LocalFunction } from '../../infra/local/stack.ts';
import { lambda, permission, run } from './stacks.ts';

describe('a schedule expression', () => {
  test.each([
    ['rate(1 minute)', 60_000],
    ['rate(5 minutes)', 300_000],
    ['rate(1 hour)', 3_600_000],
    ['rate(2 hours)', 7_200_000],
    ['rate(1 day)', 86_400_000],
  ])('%s is %i ms', (expression, milliseconds) => {
    expect(intervalOf(expression)).toBe(milliseconds);
  });

  test.each([
    'rate(1 minutes)',
    'rate(5 minute)',
    'rate(0 minutes)',
    'rate(1 second)',
    'rate(90 days)',
    'cron(0 * * * ? *)',
    '',
  ])('%s is refused in words', (expression) => {
    expect(() => intervalOf(expression)).toThrow(`does not understand the schedule ${expression}:`);
  });
});

describe('a schedule', () => {
  const place = { stackName: 'Test', region: 'us-east-1', accountId: '000000000000' };
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.parse('2026-11-20T10:00:00Z') });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const target: LocalFunction = {
    logicalId: 'F',
    name: 'f',
    label: 'f',
    arn: 'arn:f',
    directory: '/',
    handler: 'index.handler',
    memoryMegabytes: 128,
    timeoutSeconds: 3,
    environment: {},
    reservedConcurrency: undefined,
    logGroup: '/f',
    role: { name: 'r', arn: 'arn:r', statements: [] },
    retryAttempts: 2,
  };

  /** A schedule every ten minutes, whose invocations come to what `fails` says and are remembered. */
  const scheduled = ({
    fails = () => false,
    input,
    retryAttempts = 2,
  }: {
    fails?: () => boolean;
    input?: string;
    retryAttempts?: number;
  } = {}) => {
    const events: unknown[] = [];
    const schedule = startSchedule({
      schedule: {
        logicalId: 'Rule',
        arn: 'arn:rule',
        expression: 'rate(10 minutes)',
        targets: [{ function: { ...target, retryAttempts }, input }],
      },
      place,
      invoke: async (_, payload) => {
        events.push(JSON.parse(payload));
        return fails()
          ? { kind: 'error', error: { errorType: 'Error', errorMessage: 'no' } }
          : { kind: 'success', payload: 'null' };
      },
    });
    return { events, schedule };
  };

  test('invokes its target at its rate, first after one interval, until it is stopped', async () => {
    const { events, schedule } = scheduled();

    await vi.advanceTimersByTimeAsync(599_999);
    expect(events).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(events).toEqual([
      {
        version: '0',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        'detail-type': 'Scheduled Event',
        source: 'aws.events',
        account: '000000000000',
        time: '2026-11-20T10:10:00Z',
        region: 'us-east-1',
        resources: ['arn:rule'],
        detail: {},
      },
    ]);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(events).toHaveLength(2);

    schedule.stop();
    await vi.advanceTimersByTimeAsync(6_000_000);
    expect(events).toHaveLength(2);
  });

  test('hands over its input in place of the event', async () => {
    const { events } = scheduled({ input: '{"mine":1}' });

    await vi.advanceTimersByTimeAsync(600_000);

    expect(events).toEqual([{ mine: 1 }]);
  });

  test('repeats what failed as often as the function says, after one minute and then two', async () => {
    const { events } = scheduled({ fails: () => true });

    await vi.advanceTimersByTimeAsync(600_000);
    expect(events).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(events).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(events).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(events).toHaveLength(3);
  });

  test('repeats nothing when the function asks for that', async () => {
    const { events } = scheduled({ fails: () => true, retryAttempts: 0 });

    await vi.advanceTimersByTimeAsync(600_000 + 300_000);

    expect(events).toHaveLength(1);
  });
});

test('when the platform starts, each schedule runs once for everything', async () => {
  const platform = await run({
    Sweeper: lambda('export const handler = async (event) => { console.log(JSON.stringify(event)); };'),
    Permission: permission('Sweeper', 'events.amazonaws.com'),
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        ScheduleExpression: 'rate(1 day)',
        Targets: [{ Id: 'T', Arn: { 'Fn::GetAtt': ['Sweeper', 'Arn'] } }],
      },
    },
  });

  await vi.waitFor(() => expect(platform.logs.map(({ line }) => line)).toEqual(['{"all":true}']), 10_000);
});
