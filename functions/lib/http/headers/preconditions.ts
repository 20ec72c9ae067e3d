import { badRequest, type Problem, preconditionFailed } from '../problem.ts';
import type { Headers, RequestHeader } from './header.ts';

/** What a precondition asks for: that something exists (`*`), or one of some entity tags (without quotes). */
export type Condition =
  | { readonly kind: 'any' }
  | { readonly kind: 'tags'; readonly tags: readonly string[] };

const MAX_TAGS = 50;

/** Entity tags, each with what may stand around it in a list (RFC 9110, sections 8.8.3 and 5.6.1, empty elements included). */
const TAGS = /[ \t,]*(W\/)?"([\x21\x23-\x7e\x80-\u{10ffff}]*)"[ \t]*(?:,[ \t,]*|$)/guy;

const malformed = (name: string): Problem =>
  badRequest(`${name} is malformed`, [
    {
      pointer: `#/header/${name.toLowerCase()}`,
      detail: `must be * or at most ${MAX_TAGS} quoted entity tags, separated by commas`,
    },
  ]);

/** `counts` says of a tag, by its weakness, whether the comparison can match it at all. */
const parse = <Name extends string>(
  request: Headers<Name>,
  name: Name,
  counts: (isWeak: boolean) => boolean,
): Condition | undefined => {
  const value = request.header(name)?.trim();
  if (value === undefined) return undefined;
  if (value === '*') return { kind: 'any' };
  const tags = [...value.matchAll(TAGS)];
  const isWhole = tags.map(([text]) => text).join('') === value;
  if (!isWhole || tags.length === 0 || tags.length > MAX_TAGS) throw malformed(name);
  return {
    kind: 'tags',
    tags: tags.filter(([, weak]) => counts(weak !== undefined)).map(([, , opaque]) => String(opaque)),
  };
};

/**
 * The request's `If-Match`. Its comparison is strong: a weak tag matches nothing, so it is left out. `read` throws
 * a Problem 400 for a value that is malformed.
 */
export const ifMatch: RequestHeader<Condition | undefined, 'If-Match'> = {
  name: 'If-Match',
  description: 'Only if the resource is there (`*`) or has one of these entity tags; else 412',
  example: '"7mY1u0u2kX1zC5b9pQ4h3A"',
  read: (request) => parse(request, 'If-Match', (isWeak) => !isWeak),
};

/**
 * The request's `If-None-Match`. Its comparison is weak: `W/"a"` and `"a"` are the same tag. `read` throws a
 * Problem 400 for a value that is malformed.
 */
export const ifNoneMatch: RequestHeader<Condition | undefined, 'If-None-Match'> = {
  name: 'If-None-Match',
  description: 'Only if the resource is not there (`*`) or has none of these entity tags; else 304 or 412',
  example: '"7mY1u0u2kX1zC5b9pQ4h3A"',
  read: (request) => parse(request, 'If-None-Match', () => true),
};

/** The headers of a request that make it conditional. */
export type ConditionalHeaders = Headers<'If-Match' | 'If-None-Match'>;

/** The value of `ETag` for a tag: a strong one. */
export const entityTag = (tag: string): string => `"${tag}"`;

/** Whether an existing representation with this `ETag` satisfies the condition's list. */
export const matches = (condition: Condition, etag: string): boolean =>
  condition.kind === 'any' || condition.tags.some((tag) => entityTag(tag) === etag);

/**
 * Whether the client has the representation with this `ETag` already, so that the answer is 304 with its headers and
 * no body. `If-Match` is evaluated before `If-None-Match` (RFC 9110, section 13.2.2).
 *
 * @throws Problem 412 when `If-Match` names only others; 400 when a header is malformed.
 */
export const isUnchanged = (request: ConditionalHeaders, etag: string): boolean => {
  const required = ifMatch.read(request);
  const known = ifNoneMatch.read(request);
  if (required && !matches(required, etag)) throw preconditionFailed();
  return known !== undefined && matches(known, etag);
};
