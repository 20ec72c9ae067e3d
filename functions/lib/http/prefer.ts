import { type Headers, listIn } from './headers.ts';

/** A preference and its value, without its parameters (RFC 7240, section 2). */
const PREFERENCE = /^[ \t]*wait[ \t]*=[ \t]*(?:(\d+)|"(\d+)")[ \t]*(?:;.*)?$/i;

/**
 * The seconds of `Prefer: wait=N`: whole and at least 0, as large as the client likes. A preference may always be
 * ignored, so what is malformed is; of several the first counts.
 */
export const preferWait = (request: Headers): number | undefined => {
  for (const preference of listIn(request, 'Prefer')) {
    const match = PREFERENCE.exec(preference);
    if (match) return Number(match[1] ?? match[2]);
  }
  return undefined;
};
