import type { Condition } from '../lib/http/headers/preconditions.ts';
import { beforeStart, type Write } from './write.ts';

/** What an item must be for a read or write of it to go on (RFC 9110, section 13). */
export interface Preconditions {
  readonly ifMatch?: Condition | undefined;
  readonly ifNoneMatch?: Condition | undefined;
}

/** Placeholders are the attributes' own names, so that what an expression mentions is what it needs. */
export const namesIn = (...expressions: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    expressions.flatMap((expression) => expression.match(/#\w+/g) ?? []).map((name) => [name, name.slice(1)]),
  );

export const EXISTS = 'attribute_exists(#tenant)';
export const IS_NEW = 'attribute_not_exists(#tenant)';

/** The condition of a write, `If-Match` before `If-None-Match`, with the values that it mentions. */
export const conditionOf = (
  { ifMatch, ifNoneMatch }: Preconditions,
  write: Pick<Write, 'token' | 'startedAt'>,
  again: boolean,
): { readonly clauses: readonly string[]; readonly values: Record<string, string> } => {
  const clauses: string[] = [];
  const values: Record<string, string> = {};
  /** A list without tags (weak ones were left out) matches nothing, like the empty tag, which no item has. */
  const hasOneOf = (tags: readonly string[], prefix: string): string => {
    const placeholders = (tags.length > 0 ? tags : ['']).map((tag, n) => {
      values[`:${prefix}${n}`] = tag;
      return `:${prefix}${n}`;
    });
    return `#_etag IN (${placeholders.join(', ')})`;
  };

  if (ifMatch) clauses.push(ifMatch.kind === 'any' ? EXISTS : hasOneOf(ifMatch.tags, 'match'));
  if (ifNoneMatch) {
    clauses.push(ifNoneMatch.kind === 'any' ? IS_NEW : `NOT ${hasOneOf(ifNoneMatch.tags, 'none')}`);
  }
  // Sent again, tags fail on what others wrote since. Any other condition could hold once more: what the first
  // attempt wrote may have been overwritten, and what it created deleted. So a creation is never sent twice.
  if (again && ifMatch?.kind !== 'tags') {
    clauses.push('(#_etag = :token OR #updatedAt < :before)');
    values[':token'] = write.token;
    values[':before'] = beforeStart(write);
  }
  return { clauses, values };
};
