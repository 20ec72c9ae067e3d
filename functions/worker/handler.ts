import { findKernel, type KernelContext } from '../kernels/index.ts';
import { dynamoComputationStore } from '../lib/aws/computation-store.ts';
import { dynamoDb } from '../lib/aws/dynamodb-client.ts';
import { lazyWorkQueue } from '../lib/aws/lazy-work-queue.ts';
import { KernelException } from '../lib/engine/errors.ts';
import { createWorker } from '../lib/engine/worker.ts';
import { readEnvironment } from '../lib/environment.ts';
import { equalJitter, fullJitter } from '../lib/events/backoff.ts';
import { sqsHandler } from '../lib/events/sqs-handler.ts';
import { observeEngine } from '../lib/observability/engine.ts';
import { withMessageContext } from '../lib/observability/message.ts';
import { systemClock, systemRandom } from '../lib/ports.ts';
import { messages } from '../limits.ts';
import { problemType } from '../product.ts';
import { environment } from './environment.ts';
import { dynamoItemReader } from './item-reader.ts';

const settings = readEnvironment(environment);

const { queue, changeVisibility } = lazyWorkQueue(settings.WORK_QUEUE_URL);

const itemsOf = dynamoItemReader(dynamoDb, settings.ITEMS_TABLE);

const work = createWorker<KernelContext>({
  store: dynamoComputationStore(dynamoDb, settings.COMPUTATIONS_TABLE),
  queue,
  clock: systemClock,
  random: systemRandom,
  findKernel,
  contextFor: (tenant, track) => ({ items: itemsOf(tenant, track) }),
  problemType,
  observe: observeEngine,
  limits: {
    retentionMs: settings.RETENTION_DAYS * 86_400_000,
    maxAgeMs: settings.MAX_AGE_SECONDS * 1_000,
    checkpointMs: settings.CHECKPOINT_SECONDS * 1_000,
  },
});

export const handler = sqsHandler(withMessageContext(work), {
  retryDelaySeconds: (error, receiveCount) =>
    error instanceof KernelException
      ? fullJitter(messages.exceptionBackoff, receiveCount, Math.random)
      : equalJitter(messages.outageBackoff, receiveCount, Math.random),
  changeVisibility: (record, seconds) => changeVisibility(record.receiptHandle, seconds),
});
