import type { SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';
import type { cancel, list, read, remove } from '../../../functions/lib/engine/manage.ts';
import type { Limits, WithLimits, WorkerEngine } from '../../../functions/lib/engine/ports.ts';
import type { retry, submit } from '../../../functions/lib/engine/submit.ts';
import type { Role } from '../world/invocation.ts';
import type { Context } from '../world/kernels.ts';
import type { SimulatedStore } from '../world/store.ts';

export type SimulatedEngine = WorkerEngine<Context> & WithLimits<keyof Limits>;

/** What the API calls of the engine. */
export interface Requests {
  readonly cancel: typeof cancel;
  readonly list: typeof list;
  readonly read: typeof read;
  readonly remove: typeof remove;
  readonly retry: typeof retry;
  readonly submit: typeof submit;
}

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
