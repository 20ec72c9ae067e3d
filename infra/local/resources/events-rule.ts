import * as z from 'zod/mini';
import { PlatformError } from '../platform-error.ts';
import { type Schedule, startSchedule } from '../schedules/schedule.ts';
import { invokedFunction, lambdaFunction } from './lambda-function.ts';
import { requirePermission } from './lambda-permission.ts';
import { resourceType } from './resource-type.ts';
import { ignorable, onlyNames, text } from './schemas.ts';

/** A rule that invokes functions at a rate. */
export const eventsRule = resourceType({
  type: 'AWS::Events::Rule',
  properties: z.strictObject({
    ScheduleExpression: text,
    State: z._default(z.enum(['ENABLED', 'DISABLED']), 'ENABLED'),
    Targets: z.array(
      z.strictObject({
        Id: text,
        Arn: text,
        Input: z.optional(text),
        RetryPolicy: ignorable, // the platform always reaches the function at once
      }),
    ),
  }),
  ignored: { Description: onlyNames, Name: onlyNames },

  ids: ({ name, arn }) => {
    const rule = name('Name');
    return { Ref: rule, Arn: arn('events', `rule/${rule}`) };
  },

  read: ({ ScheduleExpression, State, Targets }, { logicalId, ids, stack }): Schedule => ({
    arn: ids.Arn ?? '',
    expression: ScheduleExpression,
    isEnabled: State === 'ENABLED',
    targets: Targets.map(({ Arn, Input }) => {
      const target = invokedFunction(stack, Arn, logicalId);
      requirePermission(stack, 'events.amazonaws.com', target, logicalId);
      return { function: target, input: Input === undefined ? undefined : oneLine(Input, logicalId) };
    }),
  }),

  start: async (schedule, host) => {
    if (!schedule.isEnabled) return;
    const targets = await Promise.all(
      schedule.targets.map(async ({ function: { logicalId }, input }) => {
        const lambda = await host.running(lambdaFunction, logicalId);
        return { input, invoke: (payload: string) => lambda.invokeAsync(payload) };
      }),
    );
    host.atEnd(startSchedule(schedule, targets, host.place));
  },
});

/** JSON without a line break. */
const oneLine = (input: string, where: string): string => {
  try {
    return JSON.stringify(JSON.parse(input));
  } catch {
    throw new PlatformError(`${where}.Targets.Input: EventBridge takes only JSON, not ${input}.`);
  }
};
