import { randomUUID } from 'node:crypto';
import type { Account } from '../cloudformation/template.ts';
import type { FunctionDefinition } from '../lambda/definition.ts';
import { PlatformError } from '../platform-error.ts';

/** What the template says of an EventBridge rule. */
export interface Schedule {
  readonly arn: string;
  readonly expression: string;
  readonly isEnabled: boolean;
  readonly targets: readonly {
    readonly function: FunctionDefinition;
    /** JSON in one line, in place of the scheduled event. */
    readonly input: string | undefined;
  }[];
}

/** What a rule invokes. */
interface Target {
  readonly input: string | undefined;
  invoke(payload: string): void;
}

const minute = 60_000;
const unitMilliseconds = new Map([
  ['minute', minute],
  ['hour', 60 * minute],
  ['day', 24 * 60 * minute],
]);
/** The longest delay of a timer of Node.js. */
const maxMilliseconds = 2 ** 31 - 1;

/**
 * Milliseconds between two runs of a schedule such as `rate(5 minutes)`. Throws a {@link PlatformError} for any
 * other form: `cron(...)` too, which no stack of ours uses.
 */
export const intervalOf = (expression: string): number => {
  const [, count = '', unit = '', plural] = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(expression) ?? [];
  const interval = Number(count) * (unitMilliseconds.get(unit) ?? 0);
  const isWellFormed = interval > 0 && (Number(count) === 1) === (plural === ''); // as EventBridge insists
  if (isWellFormed && interval <= maxMilliseconds) return interval;
  throw new PlatformError(
    `The local platform does not understand the schedule ${expression}: it knows rate(1 minute), rate(2 hours) and the like.`,
  );
};

/** Invokes the targets of a rule at its rate, the first time one interval after the start. Returns what stops it. */
export const startSchedule = (
  { arn, expression }: Pick<Schedule, 'arn' | 'expression'>,
  targets: readonly Target[],
  account: Account,
): (() => void) => {
  const clock = setInterval(() => {
    for (const { input, invoke } of targets) invoke(input ?? JSON.stringify(scheduledEvent(arn, account)));
  }, intervalOf(expression));
  return () => clearInterval(clock);
};

const scheduledEvent = (ruleArn: string, { accountId, region }: Account) => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: accountId,
  time: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
  region,
  resources: [ruleArn],
  detail: {},
});
