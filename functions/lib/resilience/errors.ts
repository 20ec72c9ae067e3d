/** A service has failed so often in a row that it is not asked for a while. Nothing was sent. */
export class CircuitOpenError extends Error {
  override readonly name = 'CircuitOpen';
  /** Whole seconds until it is asked again. */
  readonly retryAfterSeconds: number;

  constructor(service: string, retryAfterSeconds: number) {
    super(`${service} is not asked for now`);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The invocation has too little time left to ask a service. */
export class OutOfTimeError extends Error {
  override readonly name = 'OutOfTime';
  /** Why the attempt before failed; undefined: there was none, and nothing was sent. (The SDK retries by `cause`.) */
  readonly previous: unknown;

  constructor(previous?: unknown) {
    super('The invocation has no time left to ask');
    this.previous = previous;
  }
}

/** A service gave no whole answer in time. The name is one that the SDK retries. */
export class AttemptTimeout extends Error {
  override readonly name = 'TimeoutError';
}
