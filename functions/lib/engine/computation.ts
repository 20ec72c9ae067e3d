/** Any value that JSON can carry. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json };

/** Names a computation; nothing outside the tenant can reach it. */
export interface ComputationKey {
  readonly tenant: string;
  readonly id: string;
}

/** Names one life of a computation: what an earlier or a later life of the same id left has another epoch. */
export interface ComputationRef extends ComputationKey {
  readonly epoch: string;
}

/** Why a computation failed, in the form of RFC 9457. */
export interface Failure {
  readonly type: string;
  readonly title: string;
  readonly detail: string;
}

/** When the sweeper looks at an active computation again, and what it saw the last time. */
export interface SweepVisit {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Milliseconds from the run of the last visit to that of this one. */
  readonly intervalMs: number;
  /** Parts or steps that were done at the last visit. */
  readonly lastDone: number;
}

/** An Idempotency-Key and the payload it came with, as digests. */
export interface KeyDigests {
  readonly key: string;
  readonly payload: string;
}

/** Set when a computation is created and never changed. */
export interface Submission extends ComputationRef {
  readonly type: string;
  readonly version: number;
  readonly input: Json;
  readonly kind: 'parallel' | 'sequential';
  /** Milliseconds since the epoch, as are all times here except `expiresAt`. */
  readonly createdAt: number;
  readonly keyDigests?: KeyDigests;
}

interface Active {
  /** When this attempt fails for having taken too long. */
  readonly deadline: number;
  readonly visit: SweepVisit;
}

interface Finished {
  readonly startedAt?: number;
  readonly finishedAt: number;
  /** Seconds since the epoch (DynamoDB's TTL); from then on the computation does not exist for anybody. */
  readonly expiresAt: number;
}

type State =
  | ({ readonly status: 'queued' } & Active)
  | ({ readonly status: 'running'; readonly startedAt: number } & Active)
  | ({ readonly status: 'succeeded'; readonly result: Json } & Finished)
  | ({ readonly status: 'failed'; readonly error: Failure } & Finished)
  | ({ readonly status: 'cancelled' } & Finished);

export type Status = State['status'];

export const STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const satisfies Status[];

/** A computation's record. */
export type Computation = Submission &
  State & {
    /** Rises with every retry; what belongs to an earlier attempt can no longer fail the computation. */
    readonly attempt: number;
    /** Parts, or for a sequential computation the steps as far as they are known. */
    readonly total: number;
  };

export type ActiveComputation = Extract<Computation, { status: 'queued' | 'running' }>;

export const isActive = (computation: Computation): computation is ActiveComputation =>
  computation.status === 'queued' || computation.status === 'running';

/** Whether anybody may still see the computation: DynamoDB deletes what has expired only days later. */
export const exists = (computation: Computation | undefined, now: number): computation is Computation =>
  computation !== undefined && (isActive(computation) || computation.expiresAt * 1_000 > now);
