import * as z from 'zod/mini';
import { accessKeyOf, type Roles } from '../iam/roles.ts';
import { PlatformError } from '../platform-error.ts';
import { EventSource, type EventSourceMapping } from '../queue/event-source.ts';
import { sqs } from '../queue/sqs.ts';
import { invokedFunction, lambdaFunction } from './lambda-function.ts';
import { resourceType } from './resource-type.ts';
import { flag, number, onlyNames, text } from './schemas.ts';
import { sqsQueue } from './sqs-queue.ts';

export const lambdaEventSourceMapping = resourceType({
  type: 'AWS::Lambda::EventSourceMapping',
  properties: z.strictObject({
    EventSourceArn: text,
    FunctionName: text,
    Enabled: z._default(flag, true),
    BatchSize: z._default(number, 10),
    MaximumBatchingWindowInSeconds: z._default(number, 0),
    FunctionResponseTypes: z._default(z.array(z.literal('ReportBatchItemFailures')), []),
    ScalingConfig: z.optional(z.strictObject({ MaximumConcurrency: z.optional(number) })),
  }),
  ignored: { Tags: onlyNames },

  read: (properties, { logicalId, stack }): EventSourceMapping => {
    const queue = stack.find(sqsQueue, properties.EventSourceArn);
    if (queue === undefined)
      throw new PlatformError(`${logicalId}: ${properties.EventSourceArn} is no queue of this stack.`);
    const target = invokedFunction(stack, properties.FunctionName, logicalId);
    if (queue.visibilityTimeoutSeconds < target.timeoutSeconds)
      throw new PlatformError(
        `${logicalId}: the visibility timeout of ${queue.logicalId} (${queue.visibilityTimeoutSeconds} s) is less ` +
          `than the timeout of ${target.logicalId} (${target.timeoutSeconds} s), which Lambda refuses.`,
      );
    return {
      queue,
      function: target,
      isEnabled: properties.Enabled,
      batchSize: properties.BatchSize,
      windowSeconds: properties.MaximumBatchingWindowInSeconds,
      maximumConcurrency: properties.ScalingConfig?.MaximumConcurrency,
      reportsBatchItemFailures: properties.FunctionResponseTypes.length > 0,
    };
  },

  start: async (mapping, host): Promise<EventSource | undefined> => {
    if (!mapping.isEnabled) return undefined;
    await host.running(sqsQueue, mapping.queue.logicalId);
    const lambda = await host.running(lambdaFunction, mapping.function.logicalId);
    requireQueueActions(mapping, host.roles);
    lambda.expectConcurrency(mapping.maximumConcurrency ?? 0);
    const source = new EventSource({
      mapping,
      lambda,
      sqs: host.service(sqs),
      region: host.place.region,
    });
    host.atEnd(() => source.stop());
    return source;
  },
});

/** Lambda creates no mapping whose function's role lacks what Lambda needs to read the queue. */
const requireQueueActions = ({ queue, function: target }: EventSourceMapping, roles: Roles): void => {
  for (const action of ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']) {
    const refusal = roles.refusal(accessKeyOf(target), { action, resource: queue.arn });
    if (refusal !== undefined)
      throw new PlatformError(`${target.logicalId} cannot read ${queue.logicalId}: ${refusal}.`);
  }
};
