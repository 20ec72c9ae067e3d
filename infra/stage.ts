import type { DeadLetterThresholds, FunctionRecord, QueueThresholds } from '../functions/lib/manifest.ts';
import type { Settings } from '../functions/manifest.ts';

interface Throttling {
  readonly ratePerSecond: number;
  readonly burst: number;
}

/** When the alarms go off that belong to no single function or queue. */
export interface AlarmThresholds {
  readonly api: {
    /** Percent of the requests of a minute that were answered 5xx, in two minutes of five. */
    readonly serverErrorPercent: number;
  };
  readonly tables: {
    /** Requests that a table refused, within five minutes, because a partition or the account had no capacity left. */
    readonly throttles: number;
  };
  readonly circuits: {
    /** Times that a circuit breaker of one function opened, within five minutes. */
    readonly opened: number;
  };
}

/** What a stage may change of a function's record. */
interface FunctionOverrides
  extends Partial<Pick<FunctionRecord, 'memoryMegabytes' | 'timeoutSeconds' | 'reservedConcurrency'>> {
  /** Of each queue that invokes the function: invocations at once. */
  readonly maximumConcurrency?: number;
}

/** Every number that differs between the stages; the names of functions and queues are those of the manifest. */
export interface Stage<Functions extends string = string, Queues extends string = string> {
  /**
   * How a new version of a function with `gradualDeployment` takes over: for all requests at once, or for a tenth of
   * them for five minutes first, which an alarm takes back. Absent: there are no versions.
   */
  readonly deployment?: 'all-at-once' | 'canary';
  /** Whether Lambda sends a trace of a sample of the invocations to X-Ray. */
  readonly tracing: boolean;
  /** Absent: no alarms, no topic and no dashboards. */
  readonly alarms?: AlarmThresholds;
  /** Whether each function has its reserved concurrency: a new account has ten in all. */
  readonly reserveConcurrency: boolean;
  /** What functions are told. */
  readonly settings: Omit<Settings, 'stage' | 'tenantClaim'>;
  readonly functions?: { readonly [Name in Functions]?: FunctionOverrides };
  readonly queues?: {
    readonly [Name in Queues]?: { readonly alarms: Partial<QueueThresholds & DeadLetterThresholds> };
  };
  /** Requests a second and the burst above it, for the API as a whole; what is over is answered 429. */
  readonly throttling: Throttling;
  /** The same for single routes, such as `POST /computations`, within what the API as a whole lets through. */
  readonly routeThrottling: Readonly<Record<string, Throttling>>;
  /** One of the numbers that CloudWatch Logs allows. */
  readonly logRetentionDays: 1 | 7 | 14 | 30 | 90 | 180 | 365;
  /** Tables and logs outlive the stack, tables cannot be deleted, and neither can the stack by accident. */
  readonly keepData: boolean;
}
