import { integer, text, url } from '../lib/environment.ts';

/** The environment variables that this function reads when it starts. */
export const environment = {
  COMPUTATIONS_TABLE: text,
  WORK_QUEUE_URL: url,
  RETENTION_DAYS: integer,
  SWEEP_AFTER_SECONDS: integer,
};
