import { text } from '../lib/environment.ts';

/** The environment variables that this function reads when it starts. */
export const environment = {
  STAGE: text,
  TENANT_CLAIM: text,
};
