import type { Headers } from './headers.ts';
import { ifMatch, ifNoneMatch, matches } from './preconditions.ts';
import { preconditionFailed } from './problem.ts';

/** The headers of a representation that only its tenant may keep, and must ask about before using it again. */
export const representationHeaders = (tag: string) => ({
  ETag: `"${tag}"`,
  'Cache-Control': 'private, no-cache',
  Vary: 'Authorization',
});

/**
 * Whether the client has this representation already, so that the answer is 304 with its headers and no body.
 * `If-Match` is evaluated before `If-None-Match` (RFC 9110, section 13.2.2).
 *
 * @throws Problem 412 when `If-Match` names only others; 400 when a header is malformed.
 */
export const isUnchanged = (request: Headers, tag: string): boolean => {
  const required = ifMatch(request);
  const known = ifNoneMatch(request);
  if (required && !matches(required, tag)) throw preconditionFailed();
  return known !== undefined && matches(known, tag);
};
