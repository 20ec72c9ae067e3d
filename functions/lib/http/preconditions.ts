import type { Headers } from './headers.ts';
import { badRequest, type Problem } from './problem.ts';

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
const parse = (
  request: Headers,
  name: string,
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

/** The request's `If-Match`. Its comparison is strong: a weak tag matches nothing, so it is left out. */
export const ifMatch = (request: Headers): Condition | undefined =>
  parse(request, 'If-Match', (isWeak) => !isWeak);

/** The request's `If-None-Match`. Its comparison is weak: `W/"a"` and `"a"` are the same tag. */
export const ifNoneMatch = (request: Headers): Condition | undefined =>
  parse(request, 'If-None-Match', () => true);

/** Whether an existing representation with this (strong) tag satisfies the condition's list. */
export const matches = (condition: Condition, tag: string): boolean =>
  condition.kind === 'any' || condition.tags.includes(tag);
