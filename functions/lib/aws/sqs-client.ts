import { SQSClient } from '@aws-sdk/client-sqs';
import { aroundAttempts, guardAttempts } from '../resilience/attempts.ts';
import { createCircuit } from '../resilience/circuit.ts';
import { settings, trimmed } from './client-settings.ts';

/** In a file of its own, so that a function that sends nothing does not load it. */
export const sqsClient = trimmed(new SQSClient(settings));
sqsClient.middlewareStack.add(guardAttempts(createCircuit('SQS')), aroundAttempts);
