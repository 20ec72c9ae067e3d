import { randomBytes } from 'node:crypto';

/** A trace id as X-Ray makes them: the time in seconds, and chance. */
export const newTraceId = (): string =>
  `Root=1-${Math.floor(Date.now() / 1_000).toString(16)}-${randomBytes(12).toString('hex')}`;
