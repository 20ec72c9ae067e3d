import * as z from 'zod/mini';
import { dynamoComputationStore } from '../lib/aws/computation-store.ts';
import { dynamoDb } from '../lib/aws/dynamodb-client.ts';
import { lazyWorkQueue } from '../lib/aws/lazy-work-queue.ts';
import { sweep } from '../lib/engine/sweep.ts';
import { readEnvironment } from '../lib/environment.ts';
import { scheduleHandler } from '../lib/events/schedule-handler.ts';
import { observeEngine } from '../lib/observability/engine.ts';
import { systemClock, systemRandom } from '../lib/ports.ts';
import { problemType } from '../product.ts';
import { environment } from './environment.ts';

const settings = readEnvironment(environment);

const engine = {
  store: dynamoComputationStore(dynamoDb, settings.COMPUTATIONS_TABLE),
  queue: lazyWorkQueue(settings.WORK_QUEUE_URL).queue,
  clock: systemClock,
  random: systemRandom,
  problemType,
  observe: observeEngine,
  limits: {
    retentionMs: settings.RETENTION_DAYS * 86_400_000,
    sweepAfterMs: settings.SWEEP_AFTER_SECONDS * 1_000,
  },
};

/** `{"all": true}` visits every active computation, as after a queue has lost its messages; any other event what is due. */
const Everything = z.object({ all: z.literal(true) });

export const handler = scheduleHandler((event, context) =>
  sweep(engine, {
    all: Everything.safeParse(event).success,
    remainingMs: () => context.getRemainingTimeInMillis(),
  }),
);
