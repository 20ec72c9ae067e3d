import { canonicalJson } from './canonical.ts';
import { digest } from './digest.ts';
import { invalid, type Problem } from './problem.ts';

/** What a cursor is bound to: it continues one list of one tenant. */
export interface CursorScope {
  readonly tenant: string;
  readonly route: string;
  readonly filters: Readonly<Record<string, unknown>>;
}

/** Where a page ended: the parts of the last entry's key. */
export type Position = readonly (string | number)[];

export const invalidCursor = (): Problem =>
  invalid([{ pointer: '#/query/cursor', detail: 'must be the next of an earlier page of this list' }]);

const seal = (scope: CursorScope, position: Position): string =>
  digest('cursor', scope.tenant, scope.route, canonicalJson(scope.filters), canonicalJson(position)).slice(
    0,
    22,
  );

/**
 * A position as an opaque text. A cursor holds a position, never data, and whoever forged one could only read
 * what is theirs anyway, so a digest is enough and no secret is needed.
 */
export const encodeCursor = (scope: CursorScope, position: Position): string =>
  Buffer.from(JSON.stringify([seal(scope, position), ...position])).toString('base64url');

const isPosition = (value: unknown): value is Position =>
  Array.isArray(value) && value.every((part) => typeof part === 'string' || Number.isFinite(part));

/**
 * The position in a cursor of this very list.
 *
 * @throws Problem 422 at `#/query/cursor` for one that is made up, damaged or of another list. The digest can be
 * computed by anyone who reads this file, so the caller still checks the form of what it gets.
 */
export const decodeCursor = (scope: CursorScope, cursor: string): Position => {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    // No position either.
  }
  if (!isPosition(parts)) throw invalidCursor();
  const [, ...position] = parts;
  if (encodeCursor(scope, position) !== cursor) throw invalidCursor();
  return position;
};
