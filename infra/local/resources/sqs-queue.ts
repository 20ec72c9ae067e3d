import * as z from 'zod/mini';
import { createQueue, type QueueDefinition, type QueueDepth, sqs } from '../queue/sqs.ts';
import { resourceType } from './resource-type.ts';
import { encryption, number, onlyNames, text } from './schemas.ts';

/** A queue that messages can be sent to. */
export interface RunningQueue extends QueueDefinition {
  depth(): Promise<QueueDepth>;
}

export const sqsQueue = resourceType({
  type: 'AWS::SQS::Queue',
  service: sqs,
  properties: z.strictObject({
    QueueName: z.optional(text),
    VisibilityTimeout: z.optional(number),
    MessageRetentionPeriod: z.optional(number),
    DelaySeconds: z.optional(number),
    ReceiveMessageWaitTimeSeconds: z.optional(number),
    MaximumMessageSize: z.optional(number),
    RedrivePolicy: z.optional(z.strictObject({ deadLetterTargetArn: text, maxReceiveCount: number })),
  }),
  ignored: {
    KmsDataKeyReusePeriodSeconds: encryption,
    KmsMasterKeyId: encryption,
    RedriveAllowPolicy: 'nothing outside the stack reaches its queues',
    SqsManagedSseEnabled: encryption,
    Tags: onlyNames,
  },

  ids: ({ name, arn, endpoints, accountId }) => {
    const queue = name('QueueName');
    const url = `${endpoints.get(sqs.name)}/${accountId}/${queue}`;
    return { Ref: url, Arn: arn('sqs', queue), QueueName: queue };
  },

  read: ({ QueueName: _, RedrivePolicy, ...numbers }, { logicalId, label, ids }): QueueDefinition => ({
    logicalId,
    name: ids.QueueName ?? '',
    label,
    arn: ids.Arn ?? '',
    url: ids.Ref,
    visibilityTimeoutSeconds: numbers.VisibilityTimeout ?? 30,
    attributes: {
      ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(value)])),
      ...(RedrivePolicy !== undefined && { RedrivePolicy: JSON.stringify(RedrivePolicy) }),
    },
  }),

  start: async (definition, host): Promise<RunningQueue> => {
    const service = host.service(sqs);
    await createQueue(service, definition);
    return { ...definition, depth: () => service.depth(definition.name) };
  },
});
