import { lazy } from './lazy.ts';

const name = (text: string): string | undefined => text || undefined;
const count = (text: string): number | undefined => (/^\d+$/.test(text) ? Number(text) : undefined);
const url = (text: string): string | undefined => (URL.canParse(text) ? text : undefined);

/**
 * Every environment variable that a function reads, and how: undefined for what is malformed. Infra sets them; nothing
 * else reads them. A schema library would be a twentieth of a start, for three lines.
 */
const variables = {
  STAGE: name,
  /** The namespace of the functions' metrics in CloudWatch: {@link metricsNamespace}. */
  METRICS_NAMESPACE: name,
  ITEMS_TABLE: name,
  COMPUTATIONS_TABLE: name,
  WORK_QUEUE_URL: url,
  /** The claim of the token that names the tenant. */
  TENANT_CLAIM: name,
  /** Bytes of answers that an instance remembers for clients that accept old ones. */
  RESPONSE_CACHE_BYTES: count,
  /** Active computations that a tenant may have. */
  ACTIVE_PER_TENANT: count,
  /** Days that a finished computation is kept. */
  RETENTION_DAYS: count,
  /** Seconds after which an unfinished attempt of a computation fails. */
  MAX_AGE_SECONDS: count,
  /** Seconds between two checkpoints of a sequential computation. */
  CHECKPOINT_SECONDS: count,
  /** Seconds after which the sweeper first looks at an unfinished computation. */
  SWEEP_AFTER_SECONDS: count,
} as const;

type Variables = { [K in keyof typeof variables]: NonNullable<ReturnType<(typeof variables)[K]>> };

/** A name that a function may ask for; infra types the environments that it sets with it. */
export type Variable = keyof Variables;

/**
 * The named settings, checked. Call it once, at init: a function with a wrong environment then fails at its
 * first start, with one message that names every variable that is missing or malformed.
 */
export const config = <K extends Variable>(...names: K[]): Pick<Variables, K> => {
  const problems: string[] = [];
  const settings: Partial<Record<Variable, unknown>> = {};
  for (const key of names) {
    const text = process.env[key];
    const value = text === undefined ? undefined : variables[key](text);
    if (value === undefined) problems.push(`${key} ${text === undefined ? 'is not set' : 'is malformed'}`);
    else settings[key] = value;
  }
  if (problems.length > 0) throw new Error(`Configuration: ${problems.join(', ')}`);
  return settings as Pick<Variables, K>;
};

/** The X-Ray trace of the invocation, such as `1-67891233-abcdef012345678912345678`, as Lambda tells it. */
export const traceId = (): string | undefined =>
  /Root=([\w-]+)/.exec(process.env._X_AMZN_TRACE_ID ?? '')?.[1];

/** Where CloudWatch keeps the metrics of the functions. No function fails for the want of it. */
export const metricsNamespace = lazy(() => process.env.METRICS_NAMESPACE || 'functions');

/** The name of the function that this code runs in, as Lambda tells it; metrics carry it. */
export const functionName = lazy(() => process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'unknown');
