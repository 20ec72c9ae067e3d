import { availableParallelism } from 'node:os';
import * as z from 'zod/mini';
import { type FunctionName, manifest, type QueueName } from '../functions/manifest.ts';
import { checkSuite } from './checks.ts';
import type { AlarmThresholds, Stage } from './stage.ts';
import { resolveSuite, type Suite } from './suite.ts';

export const stages = ['local', 'dev', 'prod'] as const;
export type StageName = (typeof stages)[number];

const daySeconds = 24 * 60 * 60;

const settings = {
  retentionDays: 14,
  maxAgeSeconds: daySeconds,
  checkpointSeconds: 20,
  responseCacheBytes: 16 * 1024 * 1024,
} as const;

const alarms: AlarmThresholds = {
  api: { serverErrorPercent: 2 },
  tables: { throttles: 10 },
  circuits: { opened: 1 },
};

const definitions: Readonly<Record<StageName, Stage<FunctionName, QueueName>>> = {
  local: {
    tracing: false,
    reserveConcurrency: false,
    settings: { ...settings, checkpointSeconds: 5, sweepAfterSeconds: 30, activePerTenant: 10_000 },
    functions: { worker: { maximumConcurrency: Math.max(2, availableParallelism()) } },
    throttling: { ratePerSecond: 10_000, burst: 5_000 }, // an account's own limits, so a benchmark meets nothing of ours
    routeThrottling: {},
    logRetentionDays: 1,
    keepData: false,
  },
  dev: {
    deployment: 'all-at-once', // a broken version shows within minutes, and nobody waits for a canary
    tracing: true,
    alarms,
    reserveConcurrency: false,
    settings: { ...settings, sweepAfterSeconds: 120, activePerTenant: 200 },
    // Five workers have to clear what a test puts in at once: an hour's queue there is no trouble yet.
    queues: { work: { alarms: { oldestSeconds: 60 * 60 } } },
    throttling: { ratePerSecond: 50, burst: 100 },
    routeThrottling: {
      'POST /computations': { ratePerSecond: 20, burst: 40 },
      'GET /computations/{id}': { ratePerSecond: 30, burst: 60 },
    },
    logRetentionDays: 14,
    keepData: false,
  },
  prod: {
    deployment: 'canary',
    tracing: true,
    alarms,
    // Kept apart, so that neither side can starve the other: of an account's thousand, the hundred that Lambda
    // wants unreserved stay free, and the API has its own whatever the workers do.
    reserveConcurrency: true,
    settings: {
      ...settings,
      maxAgeSeconds: 3 * daySeconds,
      sweepAfterSeconds: 300,
      activePerTenant: 1_000,
    },
    functions: { worker: { maximumConcurrency: 500 }, 'dead-letters': { maximumConcurrency: 5 } },
    throttling: { ratePerSecond: 1_000, burst: 2_000 },
    routeThrottling: {
      // Two index writes each: far below what the partition of a tenant on the index of active ones takes.
      'POST /computations': { ratePerSecond: 200, burst: 400 },
      // Each may hold one of its function's instances for as long as a client may wait.
      'GET /computations/{id}': { ratePerSecond: 300, burst: 600 },
    },
    logRetentionDays: 90,
    keepData: true,
  },
};

/**
 * The suite as a stage runs it: the manifest with the stage's overrides.
 *
 * @throws Error with one sentence for a stage that does not exist, or whose numbers contradict each other or AWS.
 */
export const suiteOf = (stage: string): Suite => {
  const name = stages.find((each) => each === stage);
  if (name === undefined) throw new Error(`There is no stage "${stage}": use ${stages.join(', ')}.`);
  return checkSuite(resolveSuite(manifest, name, definitions[name]));
};

/**
 * The web origins that may call the API from a browser, from a comma-separated list (`-c origins=…`); none when
 * there is no list. Throws for what a browser would never send, such as an origin with a path.
 */
export const parseOrigins = (list: unknown): string[] => {
  if (list === undefined) return [];
  const origins = String(list)
    .split(',')
    .map((origin) => origin.trim());
  const wrong = origins.filter(
    (origin) => origin !== '*' && (!URL.canParse(origin) || new URL(origin).origin !== origin),
  );
  if (wrong.length > 0)
    throw new Error(
      `Not an origin such as https://example.com: ${wrong.map((each) => `"${each}"`).join(', ')}.`,
    );
  return origins;
};

const endpoint = z.optional(z.url({ protocol: /^https?$/ }));

/** What the local platform takes from its environment. */
export interface LocalEnvironment {
  /** A DynamoDB-compatible endpoint to use instead of starting Dynoxide. */
  readonly dynamodbEndpoint: string | undefined;
}

/** The local platform's settings, checked; throws one sentence that names the variable that is malformed. */
export const localEnvironment = (environment: NodeJS.ProcessEnv = process.env): LocalEnvironment => {
  const parsed = endpoint.safeParse(environment.AWS_ENDPOINT_URL_DYNAMODB || undefined);
  if (!parsed.success)
    throw new Error('AWS_ENDPOINT_URL_DYNAMODB has to be a URL such as http://localhost:8000.');
  return { dynamodbEndpoint: parsed.data };
};
