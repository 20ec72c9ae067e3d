import { lazy } from './lazy.ts';

/** Reads a variable's text; undefined for what is malformed. */
type Parser<T> = (text: string) => T | undefined;

/** Any text but the empty one. */
export const text: Parser<string> = (value) => value || undefined;

/** A whole number from 0. */
export const integer: Parser<number> = (value) => (/^\d+$/.test(value) ? Number(value) : undefined);

export const url: Parser<string> = (value) => (URL.canParse(value) ? value : undefined);

/** The environment variables that a function reads, each with its parser. */
export type Environment = Readonly<Record<string, Parser<unknown>>>;

type Values<E extends Environment> = { readonly [Name in keyof E]: NonNullable<ReturnType<E[Name]>> };

/**
 * The variables of a function, parsed. Call it once, at init: a function with a wrong environment then fails at its first
 * start, with one message that names every variable that is missing or malformed. A schema library would take a twentieth
 * of a cold start for this.
 */
export const readEnvironment = <E extends Environment>(environment: E): Values<E> => {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, parse] of Object.entries(environment)) {
    const value = process.env[name];
    const parsed = value === undefined ? undefined : parse(value);
    if (parsed === undefined) problems.push(`${name} ${value === undefined ? 'is not set' : 'is malformed'}`);
    else values[name] = parsed;
  }
  if (problems.length > 0) throw new Error(`Environment: ${problems.join(', ')}`);
  return values as Values<E>;
};

/** The X-Ray trace of the invocation, such as `1-67891233-abcdef012345678912345678`, as Lambda tells it. */
export const traceId = (): string | undefined =>
  /Root=([\w-]+)/.exec(process.env._X_AMZN_TRACE_ID ?? '')?.[1];

/** The name of the service that the function belongs to, as the stack sets it; the namespace of its metrics. */
export const serviceName = lazy(() => process.env.SERVICE_NAME || 'service');

/** The name of the function that this code runs in, as Lambda tells it; metrics carry it. */
export const functionName = lazy(() => process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'unknown');
