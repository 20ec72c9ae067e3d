import { SQSClient } from '@aws-sdk/client-sqs';
import { aroundAttempts, guardAttempts } from '../resilience/attempts.ts';
import { createCircuit } from '../resilience/circuit.ts';
import { clientOptions } from './client-options.ts';
import { changeVisibility, sqsWorkQueue } from './work-queue.ts';

const client = new SQSClient(clientOptions);
client.middlewareStack.add(guardAttempts(createCircuit('SQS')), aroundAttempts);

/** A queue behind the client that all queues share. They are in one file, because each file that is read takes time. */
export const sqsQueue = (queueUrl: string) => ({
  queue: sqsWorkQueue(client, queueUrl),
  changeVisibility: changeVisibility(client, queueUrl),
});
