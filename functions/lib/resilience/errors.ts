/** A service has failed so often in a row that it is not asked for a while. Nothing was sent. */
export class CircuitOpenError extends Error {
  override readonly name = 'CircuitOpenError';
  /** Whole seconds until it is asked again. */
  readonly retryAfterSeconds: number;

  constructor(service: string, retryAfterSeconds: number) {
    super(`${service} failed too often in a row and is not asked now`);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The invocation has too little time left to ask a service. */
export class OutOfTimeError extends Error {
  override readonly name = 'OutOfTimeError';
  /** Why the attempt before failed; undefined: there was none, and nothing was sent. (The SDK retries by `cause`.) */
  readonly previous: unknown;

  constructor(previous?: unknown) {
    super('The invocation has too little time left to ask a service');
    this.previous = previous;
  }
}

/** A service gave no whole answer in time. The SDK retries an error by this name. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}
