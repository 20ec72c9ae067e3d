import type { Permission } from './iam/roles.ts';
import type { FunctionIdentity } from './lambda/definition.ts';
import type { Counts } from './lambda/lambda-function.ts';
import type { JournalEntry } from './log/journal.ts';
import type { LogLine } from './log/log.ts';
import type { QueueDepth } from './queue/sqs.ts';
import type { TableSize } from './storage/table-size.ts';

interface FunctionView extends FunctionIdentity {
  /** How many instances it has now. */
  readonly instances: number;
  /** How many events run now. */
  readonly running: number;
  /** Of all events since the start. */
  readonly counts: Readonly<Counts>;
}

interface QueueView {
  readonly logicalId: string;
  readonly name: string;
  /** What people call it. */
  readonly label: string;
  readonly url: string;
  depth(): Promise<QueueDepth>;
}

interface TableView {
  readonly logicalId: string;
  readonly name: string;
  /** What people call it. */
  readonly label: string;
  size(): Promise<TableSize>;
}

/** A stack that runs on this machine. */
export interface Platform {
  /** Where the API answers, without a slash at its end. */
  readonly url: string;
  readonly stackName: string;
  readonly region: string;
  /** Where the AWS services answer, by their names, such as `dynamodb`; any credentials do. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly functions: readonly FunctionView[];
  readonly queues: readonly QueueView[];
  readonly tables: readonly TableView[];
  /** What the roles allow, and whether the functions have needed it so far. */
  readonly permissions: readonly Permission[];
  /** The newest lines of the functions. */
  readonly logs: readonly LogLine[];
  /** The newest requests, and lines of the functions, as people read them. */
  readonly journal: readonly JournalEntry[];
  /** Where a service answers; throws for one that the platform does not have. */
  endpoint(service: string): string;
  /** The outputs of the stack, by name. */
  outputs(): Readonly<Record<string, string>>;
  /** The value of an output of the stack; throws for one that it does not have. */
  output(name: string): string;
  /**
   * Invokes a function, by its name, logical id or label, and resolves to its answer. Rejects with an
   * {@link InvocationError} when the function fails.
   */
  invoke(name: string, event: unknown): Promise<unknown>;
  /** Invokes a function without waiting for it. One that fails is repeated as often as the function says. */
  invokeAsync(name: string, event: unknown): void;
  /** Ends everything that was started; nothing is left but the data folder. */
  stop(): Promise<void>;
}

/** A function that failed, timed out, crashed, or was throttled. */
export class InvocationError extends Error {
  override readonly name = 'InvocationError';
  /** As Lambda says it: the name of the error thrown, or such as `Sandbox.Timedout`. */
  readonly errorType: string;

  constructor(errorType: string, message: string) {
    super(message);
    this.errorType = errorType;
  }
}
