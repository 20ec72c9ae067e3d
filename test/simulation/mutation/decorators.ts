import type { SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';
import type { Limits, WithLimits, WorkerEngine } from '../../../functions/lib/engine/ports.ts';
import type { Requests } from '../world/clients.ts';
import type { Context } from '../world/kernels.ts';
import type { SimulatedStore } from '../world/store.ts';

/** Which function an engine belongs to. */
export type Role = 'api' | 'worker' | 'dead-letters' | 'sweeper';

export type SimulatedEngine = WorkerEngine<Context> & WithLimits<keyof Limits>;

/** Mistakes that are made around the engine's ports: each does what broken code behind the port would do. */
export interface Decorators {
  /** Around what an engine is made of. */
  engine?(engine: SimulatedEngine, role: Role): SimulatedEngine;
  /** In the table itself. */
  store?(store: SimulatedStore): void;
  /** Around what the API calls. */
  requests?(requests: Requests): Requests;
  /** In what SQS is understood to have refused of a batch. */
  refused?(
    refused: readonly SendMessageBatchRequestEntry[],
    batch: readonly SendMessageBatchRequestEntry[],
  ): readonly SendMessageBatchRequestEntry[];
}
