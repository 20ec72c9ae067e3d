import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { asyncInvocations } from '../../infra/local/lambda/async-invocations.ts';
import { intervalOf, startSchedule } from '../../infra/local/schedules/schedule.ts';
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
  ])('%s is refused with a sentence', (expression) => {
    expect(() => intervalOf(expression)).toThrow(`does not understand the schedule ${expression}:`);
  });
});

const account = { region: 'us-east-1', accountId: '000000000000' };

describe('with a simulated clock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.parse('2026-11-20T10:00:00Z') });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** A schedule every ten minutes, and the events that its target was invoked with. */
  const startEveryTenMinutes = (input?: string) => {
    const events: unknown[] = [];
    const invoke = (payload: string) => void events.push(JSON.parse(payload));
    const schedule = { arn: 'arn:rule', expression: 'rate(10 minutes)' };
    return { events, stop: startSchedule(schedule, [{ input, invoke }], account) };
  };

  test('a schedule invokes its target at its rate, first after one interval, until it is stopped', async () => {
    const { events, stop } = startEveryTenMinutes();

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

    stop();
    await vi.advanceTimersByTimeAsync(6_000_000);
    expect(events).toHaveLength(2);
  });

  test('a schedule with an input gives that to its target in place of the scheduled event', async () => {
    const { events } = startEveryTenMinutes('{"mine":1}');

    await vi.advanceTimersByTimeAsync(600_000);

    expect(events).toEqual([{ mine: 1 }]);
  });

  /** Asynchronous invocations of a function that fails each time. */
  const failing = (retryAttempts: number) => {
    const events: string[] = [];
    const invocations = asyncInvocations(async (payload) => {
      events.push(payload);
      return { kind: 'error', error: { errorType: 'Error', errorMessage: 'no' } };
    }, retryAttempts);
    return { events, ...invocations };
  };

  test('an asynchronous invocation that fails is repeated as often as the function says, after one minute and then two', async () => {
    const { events, invoke } = failing(2);

    invoke('{}');
    await vi.advanceTimersByTimeAsync(59_999);
    expect(events).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(events).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(119_999);
    expect(events).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(events).toEqual(['{}', '{}', '{}']);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(events).toHaveLength(3);
  });

  test('an asynchronous invocation that fails is not repeated when the function asks for that, or has stopped', async () => {
    const once = failing(0);
    const stopped = failing(2);

    for (const { invoke } of [once, stopped]) invoke('{}');
    await vi.advanceTimersByTimeAsync(1_000);
    stopped.stop();
    await vi.advanceTimersByTimeAsync(300_000);

    expect([once.events, stopped.events]).toEqual([['{}'], ['{}']]);
  });
});

test('a scheduled function is not invoked when the platform starts, unless a plugin does so', async () => {
  const logging = lambda('export const handler = async (event) => { console.log(JSON.stringify(event)); };');
  const daily = (functionId: string) => ({
    Type: 'AWS::Events::Rule',
    Properties: {
      ScheduleExpression: 'rate(1 day)',
      Targets: [{ Id: 'T', Arn: { 'Fn::GetAtt': [functionId, 'Arn'] } }],
    },
  });
  const platform = await run(
    {
      One: logging,
      OnePermission: permission('One', 'events.amazonaws.com'),
      OneRule: daily('One'),
      Other: logging,
      OtherPermission: permission('Other', 'events.amazonaws.com'),
      OtherRule: daily('Other'),
    },
    { plugins: [{ onStart: ({ invokeAsync }) => invokeAsync('One', { first: true }) }] },
  );

  await vi.waitFor(() => expect(platform.logs.map(({ line }) => line)).toEqual(['{"first":true}']), 10_000);
  expect(platform.functions.map(({ label, counts }) => [label, counts.invocations])).toEqual([
    ['One', 1],
    ['Other', 0],
  ]);
});
