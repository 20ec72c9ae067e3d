import type { HeaderDescription } from './header.ts';
import { entityTag } from './preconditions.ts';

/** Headers of answers, as operations declare them. */

export const etag: HeaderDescription = {
  name: 'ETag',
  description: 'The entity tag of this representation; never used again for another one',
  example: '"7mY1u0u2kX1zC5b9pQ4h3A"',
};

export const link: HeaderDescription = {
  name: 'Link',
  description: 'The next page, where there is one (RFC 8288)',
  example: '</things?limit=20&cursor=WyJ4Il0>; rel="next"',
};

export const retryAfter: HeaderDescription = {
  name: 'Retry-After',
  description: 'Whole seconds until it makes sense to ask again',
  example: '2',
};

export const age: HeaderDescription = {
  name: 'Age',
  description: 'The age of a cached answer, in seconds; absent from one that was read for this request',
  example: '3',
};

export const location: HeaderDescription = { name: 'Location', description: 'Where the resource is' };

export const acceptPatch: HeaderDescription = {
  name: 'Accept-Patch',
  description: 'The media types that a patch may have',
};

export const preferenceApplied: HeaderDescription = {
  name: 'Preference-Applied',
  description: 'The seconds that were granted, where a wait was asked for',
};

/** The headers of a representation that only its tenant may keep, and must ask about before using it again. */
export const representationHeaders = (tag: string) => ({
  ETag: entityTag(tag),
  'Cache-Control': 'private, no-cache',
  Vary: 'Authorization',
});
