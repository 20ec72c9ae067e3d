import { dynamoComputationStore } from '../lib/aws/computation-store.ts';
import { dynamoDb } from '../lib/aws/dynamodb-client.ts';
import { failFromDeadLetter } from '../lib/engine/dead-letter.ts';
import { readEnvironment } from '../lib/environment.ts';
import { sqsHandler } from '../lib/events/sqs-handler.ts';
import { observeEngine } from '../lib/observability/engine.ts';
import { withMessageContext } from '../lib/observability/message.ts';
import { systemClock } from '../lib/ports.ts';
import { problemType } from '../product.ts';
import { environment } from './environment.ts';

const settings = readEnvironment(environment);

const engine = {
  store: dynamoComputationStore(dynamoDb, settings.COMPUTATIONS_TABLE),
  clock: systemClock,
  problemType,
  observe: observeEngine,
  limits: { retentionMs: settings.RETENTION_DAYS * 86_400_000 },
};

/** A letter whose run failed stays in the queue and is received again after the queue's visibility timeout. */
export const handler = sqsHandler(withMessageContext((body) => failFromDeadLetter(engine, body)));
