import { PlatformError } from '../platform-error.ts';

/** A route that matched, and the values of its path parameters. */
export interface Match<R> {
  readonly route: R;
  readonly parameters: Readonly<Record<string, string>>;
}

interface Compiled<R> {
  readonly route: R;
  readonly method: string;
  readonly segments: readonly string[];
}

const isParameter = (segment: string) => segment.startsWith('{');
const isGreedy = (segment: string) => segment.endsWith('+}');

/** How exactly a segment of a route says what it matches: a literal before a parameter before the rest of a path. */
const rank = (segment: string | undefined): number => {
  if (segment === undefined || !isParameter(segment)) return 0;
  return isGreedy(segment) ? 2 : 1;
};

const moreSpecific = <R>(a: Compiled<R>, b: Compiled<R>): number => {
  for (let index = 0; index < Math.max(a.segments.length, b.segments.length); index += 1) {
    const difference = rank(a.segments[index]) - rank(b.segments[index]);
    if (difference !== 0) return difference;
  }
  return Number(a.method === 'ANY') - Number(b.method === 'ANY');
};

/** The parameters of a path that a route matches; undefined when it does not. */
const parametersOf = (
  segments: readonly string[],
  path: readonly string[],
): Record<string, string> | undefined => {
  const parameters: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const value = path[index];
    if (isGreedy(segment)) {
      const rest = path.slice(index).join('/');
      return rest === '' ? undefined : { ...parameters, [segment.slice(1, -2)]: rest };
    }
    if (value === undefined) return undefined;
    if (!isParameter(segment)) {
      if (segment !== value) return undefined;
    } else if (value === '') {
      return undefined;
    } else {
      parameters[segment.slice(1, -1)] = value;
    }
  }
  return path.length === segments.length ? parameters : undefined;
};

/**
 * Selects the route of a request as API Gateway does for HTTP APIs: the most specific path that matches method and
 * path, a method before `ANY`, `$default` when nothing else matches.
 * Throws a {@link PlatformError} for a route key that is none.
 */
export const router = <R extends { readonly key: string }>(
  routes: readonly R[],
): ((method: string, path: string) => Match<R> | undefined) => {
  const fallback = routes.find(({ key }) => key === '$default');
  const compiled = routes
    .filter((route) => route !== fallback)
    .map((route): Compiled<R> => {
      const parts = /^([A-Z]+) (\/\S*)$/.exec(route.key);
      if (parts === null)
        throw new PlatformError(`The local platform does not understand the route "${route.key}".`);
      const [, method = '', path = ''] = parts;
      return { route, method, segments: path.split('/') };
    })
    .sort(moreSpecific);
  return (method, path) => {
    const segments = path.split('/');
    for (const candidate of compiled) {
      if (candidate.method !== method && candidate.method !== 'ANY') continue;
      const parameters = parametersOf(candidate.segments, segments);
      if (parameters !== undefined) return { route: candidate.route, parameters };
    }
    return fallback && { route: fallback, parameters: {} };
  };
};
