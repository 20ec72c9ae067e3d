import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context } from 'aws-lambda';
import { traceId } from '../environment.ts';
import type { MetricName } from './metrics.ts';

/** What every line of a request, a message or a run carries, as soon as it is known. */
interface Fields {
  /** The request that began the work, by API Gateway's id, or the run of a schedule. The same in every part. */
  readonly requestId?: string | undefined;
  /** The X-Ray trace of that request. The same in every part. */
  readonly traceId?: string | undefined;
  /** Lambda's id of the invocation, which is also in Lambda's own lines (`REPORT`, `Task timed out`). */
  readonly invocationId?: string | undefined;
  readonly messageId?: string | undefined;
  /** A hash, never the claim itself. */
  readonly tenant?: string | undefined;
  readonly computation?: string | undefined;
  /** The computation's type; in the line of its submission only. */
  readonly type?: string | undefined;
  readonly attempt?: number | undefined;
  /** The node of the computation's tree: `level.index`. */
  readonly node?: string | undefined;
  /** The checkpoint that a sequential computation goes on from. */
  readonly step?: number | undefined;
  /** Why a message was dropped without work. */
  readonly discarded?: string | undefined;
}

/** DynamoDB's capacity units, as its answers report them; a call without an answer counts nothing. */
interface ConsumedCapacity {
  readUnits: number;
  writeUnits: number;
  /** Conditional writes whose condition failed. Each consumes write units too, but DynamoDB does not report how many. */
  refusedWrites: number;
}

interface LogContext {
  readonly fields: Fields;
  readonly consumedCapacity: ConsumedCapacity;
  readonly counters: Partial<Record<MetricName, number>>;
}

const current = new AsyncLocalStorage<LogContext>();

const none = (): ConsumedCapacity => ({ readUnits: 0, writeUnits: 0, refusedWrites: 0 });

/** Runs `work` (a request, a message, a run of a schedule) so that each of its log lines has these fields. */
export const inLogContext = <T>({ awsRequestId }: Context, fields: Fields, work: () => T): T =>
  current.run(
    {
      fields: { ...fields, traceId: fields.traceId ?? traceId(), invocationId: awsRequestId },
      consumedCapacity: none(),
      counters: {},
    },
    work,
  );

/** Adds fields to all further log lines of the current context. */
export const annotate = (fields: Fields): void => {
  Object.assign(current.getStore()?.fields ?? {}, fields);
};

/** The fields of the current context's log lines; none outside a context. */
export const logFields = (): Fields => current.getStore()?.fields ?? {};

/** Adds what a call consumed to the current context. */
export const addConsumedCapacity = (what: keyof ConsumedCapacity, units: number): void => {
  const context = current.getStore();
  if (context !== undefined) context.consumedCapacity[what] += units;
};

/** What the current context has consumed so far. */
export const consumedCapacity = (): Readonly<ConsumedCapacity> =>
  current.getStore()?.consumedCapacity ?? none();

/** Counts for the one line at the end of the current message, which costs less than a line of its own. */
export const incrementCounter = (metric: MetricName): void => {
  const { counters } = current.getStore() ?? {};
  if (counters !== undefined) counters[metric] = (counters[metric] ?? 0) + 1;
};

/** The counters of the current context so far. */
export const counters = (): LogContext['counters'] => current.getStore()?.counters ?? {};
