import { randomUUID } from 'node:crypto';
import type { Outcome } from '../lambda/instance.ts';
import { PlatformError } from '../platform-error.ts';
import type { LocalFunction, LocalSchedule } from '../stack.ts';
import type { Place } from '../cloudformation/template.ts';

export interface ScheduleOptions {
  readonly schedule: LocalSchedule;
  readonly place: Place;
  readonly invoke: (target: LocalFunction, payload: string) => Promise<Outcome>;
}

export interface Schedule {
  /** Runs the targets now, with this event in place of the schedule's own. */
  run(event: unknown): void;
  /** Takes the clock away; invocations under way are left to end. */
  stop(): void;
}

const minute = 60_000;
const milliseconds: Record<string, number> = { minute, hour: 60 * minute, day: 24 * 60 * minute };

/**
 * Milliseconds between two runs of a schedule such as `rate(5 minutes)`. Throws a {@link PlatformError} for any
 * other form: `cron(...)` too, which no stack of ours uses.
 */
export const intervalOf = (expression: string): number => {
  const [, count = '', unit = '', plural] = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(expression) ?? [];
  const value = Number(count) * (milliseconds[unit] ?? 0);
  const wellFormed = value > 0 && (Number(count) === 1) === (plural === ''); // as EventBridge insists
  if (wellFormed && value < 2 ** 31) return value;
  throw new PlatformError(
    `The local platform does not understand the schedule ${expression}: it knows rate(1 minute), rate(2 hours) and the like.`,
  );
};

/**
 * Runs the targets of an EventBridge rule at its rate, the first time one interval after the start. They are
 * invoked asynchronously: one that fails is repeated as often as its function says, after one minute and then two.
 */
export const startSchedule = ({ schedule, place, invoke }: ScheduleOptions): Schedule => {
  const timers = new Set<NodeJS.Timeout>();
  const attempt = async (target: LocalFunction, payload: string, number = 1): Promise<void> => {
    const { kind } = await invoke(target, payload);
    if (kind === 'success' || number > target.retryAttempts) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      void attempt(target, payload, number + 1);
    }, number * minute);
    timers.add(timer);
  };
  const clock = setInterval(() => {
    for (const { function: target, input } of schedule.targets) {
      void attempt(target, input ?? JSON.stringify(scheduledEvent(schedule, place)));
    }
  }, intervalOf(schedule.expression));
  return {
    run: (event) => {
      for (const { function: target } of schedule.targets) void attempt(target, JSON.stringify(event));
    },
    stop: () => {
      clearInterval(clock);
      for (const timer of timers) clearTimeout(timer);
    },
  };
};

const scheduledEvent = ({ arn }: LocalSchedule, { accountId, region }: Place) => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: accountId,
  time: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
  region,
  resources: [arn],
  detail: {},
});
