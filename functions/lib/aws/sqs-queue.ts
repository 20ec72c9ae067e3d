import { SQSClient } from '@aws-sdk/client-sqs';
import { aroundAttempts, guardAttempts } from '../resilience/attempts.ts';
import { createCircuit } from '../resilience/circuit.ts';
import { settings, trimmed } from './client-settings.ts';
import { changeVisibility, sqsWorkQueue } from './work-queue.ts';

const client = trimmed(new SQSClient(settings));
client.middlewareStack.add(guardAttempts(createCircuit('SQS')), aroundAttempts);

/** A queue and the client that all of them share. In one file, because each file more that a start reads takes time. */
export const sqsQueue = (queueUrl: string) => ({
  queue: sqsWorkQueue(client, queueUrl),
  changeVisibility: changeVisibility(client, queueUrl),
});
