import { listElements, type RequestHeader } from './header.ts';

/** What a request's `Cache-Control` (RFC 9111 and 5861) says of old answers, in whole seconds. */
export interface Freshness {
  /** Answers up to this age will do. */
  readonly maxAge: number | undefined;
  /** Answers up to this age will do when there is no other. */
  readonly staleIfError: number | undefined;
  /** No old answer will do, and work is to be done anew. */
  readonly noCache: boolean;
  /** Nothing of the answer is to be kept. */
  readonly noStore: boolean;
}

/** A directive without the space around it. */
const DIRECTIVE = /^([a-z-]+)(?:\s*=\s*"?(\d{1,10})"?)?$/i;

/** The request's `Cache-Control`. A directive that is malformed counts as absent, `no-cache` as no age at all. */
export const cacheControl: RequestHeader<Freshness, 'Cache-Control'> = {
  name: 'Cache-Control',
  description:
    '`max-age=N` accepts an answer up to N seconds old; `stale-if-error=N` accepts one in place of a 503. At most an hour. Without them every answer is read from the database',
  example: 'max-age=5, stale-if-error=600',
  read: (request) => {
    const directives = new Map<string, number | undefined>();
    for (const element of listElements(request, 'Cache-Control')) {
      const match = DIRECTIVE.exec(element.trim());
      if (match?.[1] === undefined) continue;
      directives.set(match[1].toLowerCase(), match[2] === undefined ? undefined : Number(match[2]));
    }
    const noCache = directives.has('no-cache');
    const noStore = directives.has('no-store');
    return {
      maxAge: noCache || noStore ? undefined : directives.get('max-age'),
      staleIfError: directives.get('stale-if-error'),
      noCache,
      noStore,
    };
  },
};
