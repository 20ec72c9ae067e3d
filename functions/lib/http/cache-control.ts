import { type Headers, listIn } from './headers.ts';

/** What a request's `Cache-Control` (RFC 9111 and 5861) says of old answers, in whole seconds. */
export interface Freshness {
  /** Answers up to this age will do. */
  readonly maxAge: number | undefined;
  /** Answers up to this age will do when there is no other. */
  readonly staleIfError: number | undefined;
  /** Nothing of the answer is to be kept. */
  readonly noStore: boolean;
}

const DIRECTIVE = /^\s*([a-z-]+)\s*(?:=\s*"?(\d{1,10})"?)?\s*$/i;

/** Reads the request's `Cache-Control`. A directive that is malformed counts as absent, `no-cache` as no age at all. */
export const freshnessOf = (request: Headers): Freshness => {
  const directives = new Map<string, number | undefined>();
  for (const part of listIn(request, 'Cache-Control')) {
    const match = DIRECTIVE.exec(part);
    if (match?.[1] === undefined) continue;
    directives.set(match[1].toLowerCase(), match[2] === undefined ? undefined : Number(match[2]));
  }
  const noStore = directives.has('no-store');
  const fresh = noStore || directives.has('no-cache');
  return {
    maxAge: fresh ? undefined : directives.get('max-age'),
    staleIfError: directives.get('stale-if-error'),
    noStore,
  };
};
