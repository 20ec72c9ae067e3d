/**
 * A JSON pointer in its URI fragment form (RFC 6901, section 6): `['a/b', 0]` is `#/a~1b/0`.
 * Segments come from clients, so lone surrogates, which no URI can carry, are replaced.
 */
export const pointer = (segments: readonly PropertyKey[]): string =>
  `#${segments
    .map((segment) => String(segment).toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1'))
    .map((segment) => `/${encodeURIComponent(segment)}`)
    .join('')}`;
