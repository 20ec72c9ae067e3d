import { integer, text, url } from '../lib/environment.ts';

/** The environment variables that this function reads when it starts. */
export const environment = {
  COMPUTATIONS_TABLE: text,
  WORK_QUEUE_URL: url,
  ITEMS_TABLE: text,
  RETENTION_DAYS: integer,
  MAX_AGE_SECONDS: integer,
  CHECKPOINT_SECONDS: integer,
};
