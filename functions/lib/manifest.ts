import type { Environment } from './environment.ts';
import type { AnyOperation } from './http/operation.ts';
import type { DimensionName, MetricName } from './observability/metrics.ts';

/*
 * The words in which `functions/manifest.ts` describes a suite. Everything in `infra/` that knows a function, a table or
 * a queue is derived from such a description.
 */

interface Key {
  readonly name: string;
  readonly type: 'string' | 'number';
}

interface KeySchema {
  readonly partitionKey: Key;
  readonly sortKey?: Key;
}

/** A DynamoDB table. Its key schema cannot be changed without a new, empty table. */
export interface TableRecord extends KeySchema {
  /** Global secondary indexes, which project keys only. */
  readonly indexes?: Readonly<Record<string, KeySchema>>;
  /** The attribute with the time, in seconds since the epoch, after which DynamoDB deletes an item. */
  readonly timeToLiveAttribute?: string;
}

/** When the alarms of a queue go off. */
export interface QueueThresholds {
  /** Seconds that the oldest message has waited. */
  readonly oldestSeconds: number;
  /** Percent of the messages of a minute that failed in its function, in two minutes of five. */
  readonly failedPercent: number;
}

/** When the alarms of a dead-letter queue go off. */
export interface DeadLetterThresholds {
  /** Seconds that the oldest dead letter has waited. */
  readonly oldestSeconds: number;
  /** Dead letters received within five minutes. */
  readonly received: number;
}

interface AnyQueue {
  /** 1 to 14 days. */
  readonly retentionDays: number;
}

/** A queue from which messages move to a dead-letter queue. */
export interface SourceQueue extends AnyQueue {
  /** The name of the dead-letter queue. */
  readonly deadLetterQueue: string;
  /** How often a message is received before it moves there. */
  readonly maxReceiveCount: number;
  readonly alarms: QueueThresholds;
}

/** Where messages end that were received too often. */
interface DeadLetterQueue extends AnyQueue {
  readonly alarms: DeadLetterThresholds;
}

export type QueueRecord = SourceQueue | DeadLetterQueue;

export const isSourceQueue = (queue: QueueRecord): queue is SourceQueue => 'deadLetterQueue' in queue;

/** What invokes a function. */
export type Trigger =
  | {
      readonly kind: 'http';
      readonly operations: readonly AnyOperation[];
      /** Whether it also answers every path and method that nothing else answers. */
      readonly isDefault: boolean;
    }
  | {
      readonly kind: 'queue';
      readonly queue: string;
      readonly batchSize: number;
      /** Invocations at once, 2 to 1,000; a stage may override it. */
      readonly maximumConcurrency: number;
    }
  | {
      readonly kind: 'schedule';
      /** Whole minutes between two runs. */
      readonly minutes: number;
      /** What the function receives as its event. */
      readonly event: object;
    };

/** Requests: a route for each operation. */
export const http = (operations: readonly AnyOperation[]): Trigger => ({
  kind: 'http',
  operations,
  isDefault: false,
});

/** Requests for these operations, and all that no other route matches. Exactly one function has it. */
export const httpDefault = (operations: readonly AnyOperation[]): Trigger => ({
  kind: 'http',
  operations,
  isDefault: true,
});

/** Messages of a queue, one a batch unless said otherwise: others of a batch would wait for a slow one. */
export const queue = <Name extends string>(
  name: Name,
  { batchSize = 1, maximumConcurrency }: { readonly batchSize?: number; readonly maximumConcurrency: number },
) => ({ kind: 'queue', queue: name, batchSize, maximumConcurrency }) as const satisfies Trigger;

/** The clock. Runs do not overlap with retries: one that failed is made up for by the next. */
export const schedule = ({
  minutes,
  event = {},
}: {
  readonly minutes: number;
  readonly event?: object;
}): Trigger => ({ kind: 'schedule', minutes, event });

type TableAction =
  | 'BatchGetItem'
  | 'BatchWriteItem'
  | 'ConditionCheckItem'
  | 'DeleteItem'
  | 'GetItem'
  | 'PutItem'
  | 'Query'
  | 'Scan'
  | 'UpdateItem';
type QueueAction = 'ChangeMessageVisibility' | 'SendMessage';

/** Some actions on one resource. */
export type Grant =
  | {
      readonly kind: 'table';
      readonly table: string;
      readonly index?: string;
      readonly actions: readonly TableAction[];
    }
  | { readonly kind: 'queue'; readonly queue: string; readonly actions: readonly QueueAction[] };

/** When the alarms of a function go off. */
interface FunctionThresholds {
  /** Percent of the invocations of a minute that crashed or timed out, in two minutes of five. */
  readonly errorPercent: number;
  /** Milliseconds that one in a hundred invocations exceeds, for ten minutes. */
  readonly p99Milliseconds: number;
  /** Invocations that found no instance, within five minutes. */
  readonly throttles: number;
}

/** An alarm on a metric that the function itself sends. */
export interface MetricAlarm {
  readonly metric: MetricName;
  /** The dimensions besides the function, exactly as it sends them. */
  readonly by: Partial<Readonly<Record<DimensionName, string>>>;
  /** The sum over so many minutes reaches the threshold. */
  readonly minutes: number;
  readonly threshold: number;
  readonly description: string;
}

/** One function. Its code is `functions/<name>/handler.ts`. */
export interface FunctionRecord {
  readonly description: string;
  /** At least one. */
  readonly invokedBy: readonly Trigger[];
  /** What its `environment.ts` exports: the variables that it reads when it starts. */
  readonly environment: Environment;
  /** All that it may do besides writing its log, sending traces and receiving from the queues that invoke it. */
  readonly grants: readonly Grant[];
  readonly memoryMegabytes: number;
  readonly timeoutSeconds: number;
  /** Instances that stages with reserved concurrency keep for it, and allow it at most. */
  readonly reservedConcurrency: number;
  /**
   * Whether a new version takes over as the stage says (a canary, all at once) and is taken back on alarms: for what
   * a broken version would break for everybody at once.
   */
  readonly gradualDeployment: boolean;
  readonly alarms: FunctionThresholds;
  /** By the name of the alarm, which is also its heading in docs/runbook.md. */
  readonly metricAlarms?: Readonly<Record<string, MetricAlarm>>;
  /** Whether it runs kernels: the code of others leaves out what kernels load only to compute. */
  readonly runsKernels?: boolean;
  /** Throws a sentence about what of the function's own sources cannot work; the build calls it. */
  readonly check?: () => void;
  /** Documents that the build writes beside the function's code. */
  readonly documents?: readonly ('openapi.json' | 'computation-types.json')[];
}

/** What a variable's value may depend on. */
export interface ValueContext<Settings> {
  tableName(name: string): string;
  queueUrl(name: string): string;
  readonly settings: Settings;
}

/** A whole suite. */
export interface Manifest<Settings> {
  readonly tables: Readonly<Record<string, TableRecord>>;
  readonly queues: Readonly<Record<string, QueueRecord>>;
  readonly functions: Readonly<Record<string, FunctionRecord>>;
  /** The value of every variable that a function reads. */
  readonly values: Readonly<Record<string, (context: ValueContext<Settings>) => string>>;
}
