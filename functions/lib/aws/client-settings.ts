import { Sha256 } from './sha256.ts';

/**
 * One client a service and instance, made at init, with keep-alive by default. A call is tried three times at most.
 * The timeouts end the connection of an attempt that `guardAttempts` has given up.
 */
export const settings = {
  maxAttempts: 3,
  sha256: Sha256,
  requestHandler: {
    connectionTimeout: 1_000,
    requestTimeout: 2_000,
    socketTimeout: 2_000,
    throwOnRequestTimeout: true,
  },
} as const;
