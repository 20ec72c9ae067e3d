import { MAX_PARTS, MAX_RESULT_BYTES } from './lib/engine/limits.ts';
import type { Backoff } from './lib/events/backoff.ts';

/*
 * The numbers that code, the contract and the documents share. What follows from another number is computed from it;
 * what has to fit another one is checked when a stage is read (infra/checks.ts). Numbers that differ between stages are
 * in infra/stages.ts.
 */

/** Requests to the API. */
export const api = {
  /** After so many seconds API Gateway answers 503 by itself; its own maximum for an HTTP API. */
  gatewayTimeoutSeconds: 30,
  /** The longest wait that `Prefer: wait=N` is granted. */
  maxWaitSeconds: 25,
  /** What a request that has waited needs besides, to read and to answer. */
  answerSeconds: 4,
  /** A body, decoded. */
  maxBodyBytes: 256 * 1024,
} as const;

/** Computations. */
export const computations = {
  maxParts: MAX_PARTS,
  /** An input, as canonical JSON: with it a record stays a few write units. */
  maxInputBytes: 2_048,
  /** A result, as JSON. */
  maxResultBytes: MAX_RESULT_BYTES,
} as const;

/** Messages of the work queue. */
export const messages = {
  /** How often a message is received before it becomes a dead letter. */
  maxReceiveCount: 8,
  /**
   * A message is hidden for so many times the timeout of its function while it is processed: AWS's advice, for the
   * mapping needs time to try again when the function is throttled.
   */
  visibilityFactor: 6,
  /** Between two attempts of a kernel that threw: soon, because the third exception fails the computation. */
  exceptionBackoff: { baseSeconds: 1, capSeconds: 60 } satisfies Backoff,
  /** Between two attempts when the infrastructure is in trouble. */
  outageBackoff: { baseSeconds: 20, capSeconds: 300 } satisfies Backoff,
  /** An outage of this length makes no dead letter. */
  survivedOutageSeconds: 600,
} as const;
