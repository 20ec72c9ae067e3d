/**
 * A `Link` header (RFC 8288) to the next page of a list: the same path and query with another cursor. The
 * reference is relative, so it holds behind any domain name.
 */
export const nextLink = (
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
  cursor: string,
): string => {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, cursor })) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  return `<${path}?${parameters}>; rel="next"`;
};
