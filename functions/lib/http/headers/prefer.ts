import { listElements, type RequestHeader } from './header.ts';

/** The preference `wait` with its value; parameters that follow are ignored (RFC 7240, section 2). */
const WAIT = /^[ \t]*wait[ \t]*=[ \t]*(?:(\d+)|"(\d+)")[ \t]*(?:;.*)?$/i;

/**
 * The seconds of `Prefer: wait=N`: whole and at least 0, as large as the client likes. A preference may always be
 * ignored, so what is malformed is; of several the first counts.
 */
export const preferWait: RequestHeader<number | undefined, 'Prefer'> = {
  name: 'Prefer',
  description: '`wait=N` holds the answer for up to N seconds (RFC 7240)',
  example: 'wait=10',
  read: (request) => {
    for (const preference of listElements(request, 'Prefer')) {
      const match = WAIT.exec(preference);
      if (match) return Number(match[1] ?? match[2]);
    }
    return undefined;
  },
};
