/** An error as Lambda answers it. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly stackTrace?: readonly string[];
}

/** What came of an invocation. */
export type Outcome =
  | { readonly kind: 'success' /** The function's answer as JSON. */; readonly payload: string }
  | { readonly kind: 'error'; readonly error: FunctionError }
  /** It was not run: the function has no more concurrency. */
  | { readonly kind: 'throttled' };
