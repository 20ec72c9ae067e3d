import type { Clock, Random } from '../ports.ts';
import type {
  Computation,
  ComputationKey,
  ComputationRef,
  Failure,
  Json,
  Submission,
  SweepVisit,
} from './computation.ts';
import type { Kernel } from './kernel.ts';
import type { ContextFor } from './kernel-call.ts';
import type { WorkMessage } from './message.ts';
import type { Node } from './tree.ts';

/** The record of a node of more than one part: its children's values, by slot. */
export interface NodeRecord {
  readonly slots: readonly (Uint8Array | undefined)[];
}

/** The record of a sequential computation's last checkpoint. */
export interface Checkpoint {
  /** How many steps have been taken. */
  readonly step: number;
  /** The step that the worker which wrote it had started from. */
  readonly from: number;
  /** The attempt of the message that this worker had. */
  readonly attempt: number;
  /** How many checkpoints there have been. */
  readonly hops: number;
  readonly state: Uint8Array;
  /** Progress as the kernel tells it. */
  readonly done: number;
  readonly total: number;
}

/** What happened to a conditional write: applied, or what stood in its way. */
export type ConditionalResult<T> = { readonly applied: T } | { readonly refused: Computation | undefined };

/** What a new attempt of a computation starts with. */
export interface AttemptStart {
  readonly deadline: number;
  readonly visit: SweepVisit;
}

/** How a finished computation ends, and until when it is kept. */
export interface AttemptEnd {
  readonly finishedAt: number;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

/**
 * Where computations live. Each method is one request to the store, atomic, and safe to repeat: the SDK may
 * retry a write that was applied but not acknowledged, so each recognises its own first attempt, and then answers
 * with what has become of it meanwhile.
 * Every method rejects when the store cannot answer; then the write may or may not have been applied.
 */
export interface ComputationStore {
  /** Creates the computation unless one stands in its way that has not expired; that one is returned. */
  create(submission: Submission, start: AttemptStart, total: number): Promise<ConditionalResult<Computation>>;
  /** Strongly consistent. */
  read(key: ComputationKey): Promise<Computation | undefined>;
  /** Strongly consistent; what does not exist is left out. */
  readMany(keys: readonly ComputationKey[]): Promise<Computation[]>;
  /** A queued computation of this very attempt is running; anything else stays as it is. */
  start(ref: ComputationRef, attempt: number, startedAt: number): Promise<void>;
  /** An active computation succeeds; anything else stays as it is. Whether it was applied. */
  succeed(ref: ComputationRef, result: Json, total: number, end: AttemptEnd): Promise<boolean>;
  /** An active computation of this very attempt fails; anything else stays as it is. Whether it was applied. */
  fail(ref: ComputationRef, attempt: number, error: Failure, end: AttemptEnd): Promise<boolean>;
  /** `token` is new for each request, and tells a repeated write from another's. */
  cancel(key: ComputationKey, token: string, end: AttemptEnd): Promise<ConditionalResult<Computation>>;
  /** A failed or cancelled computation that has not expired at `now` is queued again, one attempt higher. */
  retry(
    key: ComputationKey,
    token: string,
    now: number,
    start: AttemptStart,
  ): Promise<ConditionalResult<Computation>>;
  /** Deletes a finished computation that has not expired at `now`. */
  remove(key: ComputationKey, now: number): Promise<ConditionalResult<true>>;
  /** A page of the tenant's computations, newest first, from just after `after`. Eventually consistent. */
  list(
    tenant: string,
    after: string | undefined,
    limit: number,
  ): Promise<{ keys: { id: string; position: string }[]; next: string | undefined }>;
  /** Active computations whose next visit is due until `until`; a nomination that may be out of date. */
  listDue(until: number): AsyncIterable<ComputationKey>;
  /**
   * Sets the next visit of an active computation whose visit is still the one at `seenAt`. Whether this is now its
   * visit; `token` as for `cancel`.
   */
  rescheduleVisit(ref: ComputationRef, seenAt: number, next: SweepVisit, token: string): Promise<boolean>;

  /** Some nodes and, if asked for, the computation, eventually consistent. */
  readEventual(
    ref: ComputationRef,
    nodes: readonly Node[],
    options: { readonly computation: boolean },
  ): Promise<{ computation: Computation | undefined; nodes: NodeRecord[] }>;
  /** Some nodes, strongly consistent, in the order asked for; one that has no record has empty slots. */
  readNodes(ref: ComputationRef, nodes: readonly Node[]): Promise<NodeRecord[]>;
  /** Fills the slot if it is empty. The record as it then is, whether or not this call filled it. */
  fillSlot(
    ref: ComputationRef,
    node: Node,
    slot: number,
    value: Uint8Array,
    expiresAt: number,
  ): Promise<NodeRecord>;
  /** Strongly consistent. */
  readCheckpoint(ref: ComputationRef): Promise<Checkpoint | undefined>;
  /** Replaces the checkpoint at step `from` (0: none). Whether this is now the checkpoint. */
  writeCheckpoint(ref: ComputationRef, next: Checkpoint, token: string, expiresAt: number): Promise<boolean>;
}

/** How a message came out of the queue. */
export interface Delivery {
  /** How often the queue has handed out this message, this time included. */
  readonly receiveCount: number;
  /** Milliseconds until the invocation is killed. */
  remainingMs(): number;
}

/** Where work waits: at least once, in any order. */
export interface WorkQueue {
  /** Sends all of them; rejects when any may not have been sent. */
  send(messages: readonly WorkMessage[]): Promise<void>;
}

/** What the engine noticed; whoever runs it writes logs and metrics from it. */
export type EngineEvent =
  | { readonly event: 'send-failed'; readonly id: string; readonly cause: unknown }
  | { readonly event: 'discarded'; readonly reason: string; readonly id?: string }
  | { readonly event: 'split'; readonly id: string; readonly sent: number }
  | { readonly event: 'computed'; readonly id: string }
  | { readonly event: 'checkpoint'; readonly id: string; readonly step: number }
  | { readonly event: 'finished'; readonly id: string; readonly status: string; readonly ageMs: number }
  | { readonly event: 'swept'; readonly id: string; readonly action: 'sent' | 'healthy' | 'failed' };

/** How long things may take, in milliseconds. */
export interface Limits {
  /** How long a finished computation is kept. */
  readonly retentionMs: number;
  /** How long one attempt may take. */
  readonly maxAgeMs: number;
  /** When the sweeper first looks at an attempt. */
  readonly sweepAfterMs: number;
  /** How long a sequential computation steps before it writes a checkpoint. */
  readonly checkpointMs: number;
}

/** What a part of the engine needs that uses only these limits. */
export interface WithLimits<Names extends keyof Limits> {
  readonly limits: Pick<Limits, Names>;
}

/** Everything that the engine needs from outside. A part of it takes only what it uses. */
export interface Engine {
  readonly store: ComputationStore;
  readonly queue: WorkQueue;
  readonly clock: Clock;
  readonly random: Random;
  /** The problem type (RFC 9457) that a failed computation shows for a failure of this name. */
  problemType(name: string): string;
  observe(event: EngineEvent): void;
}

/** What a worker needs. `Context` is what it gives to its kernels. */
export interface WorkerEngine<Context = unknown>
  extends Engine,
    WithLimits<'retentionMs' | 'maxAgeMs' | 'checkpointMs'> {
  /** The kernels that this version knows. */
  findKernel(type: string, version: number): Kernel<Context> | undefined;
  readonly contextFor: ContextFor<Context>;
}
