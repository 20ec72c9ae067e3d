import { integer, text } from '../lib/environment.ts';

/** The environment variables that this function reads when it starts. */
export const environment = {
  COMPUTATIONS_TABLE: text,
  RETENTION_DAYS: integer,
};
