import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type ActiveComputations, activeComputations } from '../../start/plugins/computations/active-computations.ts';
import type { TableSize } from '../storage/table-size.ts';
import type { JournalEntry } from '../log/journal.ts';
import type { Counts } from '../lambda/lambda-function.ts';
import type { Platform } from '../run-stack.ts';
import type { QueueDepth } from '../queue/sqs.ts';

/** All that the page shows, at one moment. Times are milliseconds since the epoch. */
export interface OperatorState {
  /** When the platform started: another one means that it was started again. */
  readonly startedAt: number;
  readonly now: number;
  readonly functions: readonly (Counts & {
    readonly label: string;
    readonly name: string;
    readonly instances: number;
    readonly running: number;
  })[];
  readonly queues: readonly (QueueDepth & { readonly label: string; readonly name: string })[];
  readonly tables: readonly (TableSize & { readonly label: string; readonly name: string })[];
  /** Absent where the stack has no table of computations. */
  readonly computations?: ActiveComputations | undefined;
  /** How many faults chaos has caused, by kind. */
  readonly faults: Readonly<Record<string, number>>;
  /** The newest lines, oldest first. */
  readonly journal: readonly JournalEntry[];
}

/** Looks at everything at once. Rejects when DynamoDB or SQS cannot answer. */
export const stateOf = (platform: Platform, database: DynamoDBClient): (() => Promise<OperatorState>) => {
  const startedAt = Date.now();
  const table = platform.tables.find(({ label }) => label === 'computations');
  const lookAtComputations = table && activeComputations(database, table.name);
  return async () => {
    const [queues, tables, computations] = await Promise.all([
      Promise.all(
        platform.queues.map(async ({ label, name, depth }) => ({ label, name, ...(await depth()) })),
      ),
      Promise.all(platform.tables.map(async ({ label, name, size }) => ({ label, name, ...(await size()) }))),
      lookAtComputations?.(),
    ]);
    return {
      startedAt,
      now: Date.now(),
      functions: platform.functions.map(({ label, name, instances, running, counts }) => ({
        label,
        name,
        instances,
        running,
        ...counts,
      })),
      queues,
      tables,
      computations,
      faults: Object.fromEntries(platform.faults),
      journal: platform.journal,
    };
  };
};
