import { integer, text, url } from '../lib/environment.ts';

/** The environment variables that this function reads when it starts. */
export const environment = {
  COMPUTATIONS_TABLE: text,
  WORK_QUEUE_URL: url,
  TENANT_CLAIM: text,
  RETENTION_DAYS: integer,
  MAX_AGE_SECONDS: integer,
  SWEEP_AFTER_SECONDS: integer,
  RESPONSE_CACHE_BYTES: integer,
  ACTIVE_PER_TENANT: integer,
};
