import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context } from 'aws-lambda';
import { traceId } from '../environment.ts';
import type { MetricName } from './metrics.ts';

/** What every line of a request, a message or a run carries, as soon as it is known. */
interface Fields {
  /** The request that set it going, as API Gateway calls it; or the sweeper's run. The same in every part. */
  readonly requestId?: string | undefined;
  /** The X-Ray trace of that request. The same in every part. */
  readonly traceId?: string | undefined;
  /** The invocation of Lambda, which Lambda's own lines (`REPORT`, `Task timed out`) name. */
  readonly invocationId?: string | undefined;
  readonly messageId?: string | undefined;
  /** A hash. */
  readonly tenant?: string | undefined;
  readonly computation?: string | undefined;
  /** The computation's, where it is submitted. */
  readonly type?: string | undefined;
  readonly attempt?: number | undefined;
  /** Of the tree: `level.index`. */
  readonly node?: string | undefined;
  /** The checkpoint to go on from. */
  readonly step?: number | undefined;
  /** Why there was nothing to do for a message. */
  readonly discarded?: string | undefined;
}

/** DynamoDB's capacity units, as it reports them; of calls that got no answer it reports none. */
interface Consumed {
  readUnits: number;
  writeUnits: number;
  /** Conditional writes that were refused. Each costs what the item that is there would, but that is not reported. */
  refusedWrites: number;
}

interface LogContext {
  readonly fields: Fields;
  readonly consumedCapacity: Consumed;
  readonly counters: Partial<Record<MetricName, number>>;
}

const current = new AsyncLocalStorage<LogContext>();

const nothing = (): Consumed => ({ readUnits: 0, writeUnits: 0, refusedWrites: 0 });

/** Runs `work`, a request, a message or a run of a schedule, so that every line it writes carries these fields. */
export const inLogContext = <T>({ awsRequestId }: Context, fields: Fields, work: () => T): T =>
  current.run(
    {
      fields: { ...fields, traceId: fields.traceId ?? traceId(), invocationId: awsRequestId },
      consumedCapacity: nothing(),
      counters: {},
    },
    work,
  );

/** Adds what has become known to all further lines of the request, message or run at work. */
export const annotate = (fields: Fields): void => {
  Object.assign(current.getStore()?.fields ?? {}, fields);
};

/** What a line carries here; nothing outside a context. */
export const logFields = (): Fields => current.getStore()?.fields ?? {};

/** Adds what a call consumed to the request, message or run that made it. */
export const addConsumedCapacity = (what: keyof Consumed, units: number): void => {
  const context = current.getStore();
  if (context !== undefined) context.consumedCapacity[what] += units;
};

/** What the request, message or run at work has consumed so far. */
export const consumed = (): Readonly<Consumed> => current.getStore()?.consumedCapacity ?? nothing();

/** Counts for the one line at the end of the message at work, which costs less than a line of its own. */
export const incrementCounter = (metric: MetricName): void => {
  const { counters } = current.getStore() ?? {};
  if (counters !== undefined) counters[metric] = (counters[metric] ?? 0) + 1;
};

/** What has been counted so far. */
export const counted = (): LogContext['counters'] => current.getStore()?.counters ?? {};
