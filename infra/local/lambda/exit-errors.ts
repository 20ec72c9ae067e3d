import type { FunctionError } from './outcome.ts';

/** The error of the invocation during which a process ended, in Lambda's words. */
export type ExitError = (requestId: string) => FunctionError;

export const timedOut =
  (seconds: number): ExitError =>
  (requestId) => ({
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`,
  });

const signals: Partial<Record<NodeJS.Signals, string>> = {
  SIGABRT: 'aborted', // what V8 does when the heap is full
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
};

export const exited =
  (code: number | null, signal: NodeJS.Signals | null): ExitError =>
  (requestId) => ({
    errorType: 'Runtime.ExitError',
    errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: ${
      signal === null ? `exit status ${code}` : `signal: ${signals[signal] ?? signal}`
    }`,
  });
