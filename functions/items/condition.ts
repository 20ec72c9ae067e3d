import type { Condition } from '../lib/http/preconditions.ts';
import { beforeStart, type Write } from './write.ts';

/** The state that an item must be in for a write of it to be applied (RFC 9110, section 13). */
export interface Preconditions {
  readonly ifMatch?: Condition | undefined;
  readonly ifNoneMatch?: Condition | undefined;
}

/** The names of an expression. A placeholder is `#` and the attribute's own name, so the expression lists them itself. */
export const namesIn = (...expressions: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    expressions.flatMap((expression) => expression.match(/#\w+/g) ?? []).map((name) => [name, name.slice(1)]),
  );

export const EXISTS = 'attribute_exists(#tenant)';
export const IS_NEW = 'attribute_not_exists(#tenant)';

/** The condition of a write and the values in it: `If-Match` and `If-None-Match`, and the guard of a guarded write. */
export const conditionOf = (
  { ifMatch, ifNoneMatch }: Preconditions,
  write: Pick<Write, 'token' | 'startedAt'>,
  guarded: boolean,
): { readonly clauses: readonly string[]; readonly values: Record<string, string> } => {
  const clauses: string[] = [];
  const values: Record<string, string> = {};
  /** A list without tags (weak ones were removed) matches no item: the empty tag stands for it, which no item has. */
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
  // A guarded write with tags needs no more: they fail on whatever others have written since. Any other condition could
  // hold a second time, because others may have replaced or deleted what the first attempt wrote. The guard fails on an
  // absent item, so that a creation is never applied twice.
  if (guarded && ifMatch?.kind !== 'tags') {
    clauses.push('(#_etag = :token OR #updatedAt < :before)');
    values[':token'] = write.token;
    values[':before'] = beforeStart(write);
  }
  return { clauses, values };
};
