import { readFileSync } from 'node:fs';
import { readEnvironment } from '../lib/environment.ts';
import { environment } from './environment.ts';
import { service } from './service.ts';

const { STAGE, TENANT_CLAIM } = readEnvironment(environment);

/** The build writes these files beside this one. */
const read = (name: string) => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));

export const handler = service(
  { openApi: read('./openapi.json'), computationTypes: read('./computation-types.json') },
  { stage: STAGE, tenantClaim: TENANT_CLAIM },
);
