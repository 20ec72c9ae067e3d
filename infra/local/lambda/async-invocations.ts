import type { Outcome } from './outcome.ts';

/** Invocations for whose outcome nobody waits. */
export interface AsyncInvocations {
  invoke(payload: string): void;
  /** Repeats nothing any more. */
  stop(): void;
}

const minute = 60_000;

/** Lambda repeats an asynchronous invocation that failed as often as its function says, after one minute and then two. */
export const asyncInvocations = (
  invoke: (payload: string) => Promise<Outcome>,
  retryAttempts: number,
): AsyncInvocations => {
  const timers = new Set<NodeJS.Timeout>();
  const attempt = async (payload: string, number: number): Promise<void> => {
    const { kind } = await invoke(payload);
    if (kind === 'success' || number > retryAttempts) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      void attempt(payload, number + 1);
    }, number * minute);
    timers.add(timer);
  };
  return {
    invoke: (payload) => void attempt(payload, 1),
    stop: () => {
      for (const timer of timers) clearTimeout(timer);
    },
  };
};
