/** The worker's timeout, as the stack has it. */
export const WORKER_TIMEOUT_MS = 60_000;
