/** A kernel threw something that is not a refusal. Retried; the third time the computation fails with it. */
export class KernelException extends Error {
  override readonly name = 'KernelException';
}

/**
 * This version of the worker does not know the message's format, the type or its version. The message is retried, never
 * deleted: during a deployment old and new workers run side by side, and another one may know it.
 */
export class UnknownWorkError extends Error {
  override readonly name = 'UnknownWorkError';
}

/** A tenant has as many active computations as it may have. */
export class TooManyActiveError extends Error {
  override readonly name = 'TooManyActiveError';
  readonly max: number;

  constructor(max: number) {
    super(`${max} computations are active`);
    this.max = max;
  }
}
