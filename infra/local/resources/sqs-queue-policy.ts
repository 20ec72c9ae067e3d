import { ignoredType } from './resource-type.ts';

export const sqsQueuePolicy = ignoredType({
  type: 'AWS::SQS::QueuePolicy',
  why: 'nothing outside the stack reaches its queues',
});
