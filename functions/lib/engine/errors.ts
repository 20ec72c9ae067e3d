import type { Failure } from './computation.ts';

/** A kernel threw something that is not a refusal. Retried, and the third time the computation fails with it. */
export class KernelException extends Error {
  override readonly name = 'KernelException';
}

/**
 * A message, type or version that this version of the worker does not know. Never settled: during a deployment
 * old and new workers run side by side, and another one may know it.
 */
export class UnknownWorkError extends Error {
  override readonly name = 'UnknownWork';
}

const failure = (name: string, title: string, detail: string): Failure => ({
  type: `urn:spillway:problem:${name}`,
  title,
  detail: detail.length > 500 ? `${detail.slice(0, 499)}…` : detail,
});

export const refused = (detail: string) => failure('refused', 'The computation refused its input', detail);

export const broken = (cause: unknown) =>
  failure(
    'kernel-failed',
    'The computation failed',
    cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause),
  );

export const crashed = () =>
  failure(
    'crashed',
    'The computation crashed',
    'A part of it crashed, timed out or was not understood each time it was tried.',
  );

export const tooOld = () =>
  failure(
    'too-old',
    'The computation took too long',
    'It did not finish within the time that one attempt has.',
  );

export const tooManyHops = () =>
  failure(
    'too-many-hops',
    'The computation took too long',
    'It did not finish within the checkpoints it may take.',
  );
