/**
 * What every client of the SDK is made with: three attempts at most, over connections that are kept alive. The timeouts
 * end the connection of an attempt that `guardAttempts` has given up.
 */
export const clientOptions = {
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: 1_000,
    requestTimeout: 2_000,
    socketTimeout: 2_000,
    throwOnRequestTimeout: true,
  },
} as const;
