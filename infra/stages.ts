import { availableParallelism } from 'node:os';
import * as z from 'zod/mini';
import type { FunctionName } from './bundle/build.ts';

export const stages = ['local', 'dev', 'prod'] as const;
export type Stage = (typeof stages)[number];

/** One function's size. */
export interface FunctionSettings {
  readonly memoryMegabytes: number;
  readonly timeoutSeconds: number;
  /** How many instances are kept for it, and how many it may have at most; absent: what the account has left. */
  readonly reservedConcurrency?: number;
}

/** How fast a queue is emptied into its function. */
interface MappingSettings {
  /** Instances that the mapping uses at once, from 2 to 1,000 as Lambda asks. */
  readonly maximumConcurrency: number;
}

/** When an alarm of a function goes off. */
interface FunctionThresholds {
  /** Percent of the invocations of a minute that crashed or timed out, in two minutes of five. */
  readonly errorPercent: number;
  /** Milliseconds that one in a hundred invocations exceeds, for ten minutes. */
  readonly p99Milliseconds: number;
  /** Invocations that found no instance, within five minutes. */
  readonly throttles: number;
}

/** When the alarms go off. */
export interface AlarmThresholds {
  readonly functions: Readonly<Record<FunctionName, FunctionThresholds>>;
  readonly api: {
    /** Percent of the requests of a minute that were answered 5xx, in two minutes of five. */
    readonly serverErrorPercent: number;
  };
  readonly tables: {
    /** Requests that a table refused, within five minutes, because a partition or the account had no capacity left. */
    readonly throttles: number;
  };
  readonly work: {
    /** Seconds that the oldest message has been waiting. */
    readonly oldestSeconds: number;
    /** Percent of the messages of a minute that failed, in two minutes of five. */
    readonly failedPercent: number;
  };
  readonly deadLetters: {
    /** Seconds that the oldest dead letter has been waiting: its function takes seconds. */
    readonly oldestSeconds: number;
    /** Letters, within five minutes. */
    readonly received: number;
  };
  readonly computations: {
    /** Computations that the sweeper had to start again, within fifteen minutes. */
    readonly restarted: number;
    /** Computations that the sweeper gave up, within five minutes. */
    readonly expired: number;
  };
  /** Times that a circuit breaker opened, within five minutes. */
  readonly breakerOpened: number;
}

interface Throttling {
  readonly ratePerSecond: number;
  readonly burst: number;
}

/** Every number that differs, or might differ, between the stages. */
export interface StageConfig {
  readonly stage: Stage;
  /**
   * How a new version of a function that serves the API or the work queue takes over: for all requests at once, or
   * for a tenth of them for five minutes first, which an alarm takes back. Absent: there are no versions.
   */
  readonly deployment?: 'all-at-once' | 'canary';
  /** Whether Lambda sends a trace of a sample of the invocations to X-Ray. */
  readonly tracing: boolean;
  /** Absent: no alarms, no topic and no dashboards. */
  readonly alarms?: AlarmThresholds;
  readonly functions: Readonly<Record<FunctionName, FunctionSettings>>;
  readonly mappings: { readonly worker: MappingSettings; readonly 'dead-letters': MappingSettings };
  readonly workQueue: {
    readonly retentionDays: number;
    /** Receives after which a message becomes a dead letter. */
    readonly maxReceiveCount: number;
  };
  readonly deadLetterQueue: { readonly retentionDays: number };
  readonly sweeper: {
    /** Whole minutes, as EventBridge asks, between two runs. */
    readonly intervalMinutes: number;
    /** Seconds after which it first looks at an unfinished computation. */
    readonly sweepAfterSeconds: number;
  };
  readonly computations: {
    /** Days that a finished computation is kept. */
    readonly retentionDays: number;
    /** Seconds after which an unfinished attempt fails. */
    readonly maxAgeSeconds: number;
    /** Seconds between two checkpoints of a sequential computation. */
    readonly checkpointSeconds: number;
    /** Active ones that a tenant may have; what is over is answered 429. */
    readonly activePerTenant: number;
  };
  /** Bytes of answers that an instance remembers for clients that accept old ones; texts count double. */
  readonly responseCacheBytes: number;
  /** Requests a second and the burst above it, for the API as a whole; what is over is answered 429. */
  readonly throttling: Throttling;
  /** The same for single routes, such as `POST /computations`, within what the API as a whole lets through. */
  readonly routeThrottling: Readonly<Record<string, Throttling>>;
  /** Of the numbers that CloudWatch Logs allows. */
  readonly logRetentionDays: 1 | 7 | 14 | 30 | 90 | 180 | 365;
  /** Tables and logs outlive the stack, tables cannot be deleted, and neither can the stack by accident. */
  readonly keepData: boolean;
}

const mayWait = { memoryMegabytes: 512, timeoutSeconds: 29 }; // just below the 30 s after which API Gateway gives up
const small = { memoryMegabytes: 256, timeoutSeconds: 10 };

const functions = {
  items: { memoryMegabytes: 512, timeoutSeconds: 10 },
  computations: mayWait,
  'computation-reads': mayWait,
  worker: { memoryMegabytes: 1769, timeoutSeconds: 60 }, // 1,769 MB is one whole vCPU, which is what a kernel can use
  'dead-letters': { ...small, timeoutSeconds: 30 },
  sweeper: { ...small, timeoutSeconds: 60 },
  service: small,
} as const satisfies StageConfig['functions'];

const everywhere = {
  functions,
  workQueue: { retentionDays: 4, maxReceiveCount: 8 },
  deadLetterQueue: { retentionDays: 14 },
  responseCacheBytes: 16 * 1024 * 1024,
} as const;

const day = 24 * 60 * 60;

const usual = { errorPercent: 2, throttles: 5 };
const functionAlarms: AlarmThresholds['functions'] = {
  items: { ...usual, p99Milliseconds: 1_000 },
  // These two hold a request open for up to 25 seconds when the client asks them to.
  computations: { ...usual, p99Milliseconds: 27_000 },
  'computation-reads': { ...usual, p99Milliseconds: 27_000 },
  worker: { ...usual, p99Milliseconds: 45_000 }, // parts aim at 1 to 10 seconds, and at 60 they are killed
  'dead-letters': { ...usual, p99Milliseconds: 5_000 },
  sweeper: { ...usual, p99Milliseconds: 50_000 }, // it stops by itself five seconds before its timeout
  service: { ...usual, p99Milliseconds: 1_000 },
};

const alarms: AlarmThresholds = {
  functions: functionAlarms,
  api: { serverErrorPercent: 2 },
  tables: { throttles: 10 },
  work: { oldestSeconds: 15 * 60, failedPercent: 5 },
  deadLetters: { oldestSeconds: 10 * 60, received: 1 },
  computations: { restarted: 10, expired: 1 },
  breakerOpened: 1,
};

const configurations: Readonly<Record<Stage, StageConfig>> = {
  local: {
    ...everywhere,
    stage: 'local',
    tracing: false,
    mappings: {
      worker: { maximumConcurrency: Math.max(2, availableParallelism()) },
      'dead-letters': { maximumConcurrency: 2 },
    },
    sweeper: { intervalMinutes: 1, sweepAfterSeconds: 30 },
    computations: { retentionDays: 14, maxAgeSeconds: day, checkpointSeconds: 5, activePerTenant: 10_000 },
    throttling: { ratePerSecond: 10_000, burst: 5_000 }, // an account's own limits, so a benchmark meets nothing of ours
    routeThrottling: {},
    logRetentionDays: 1,
    keepData: false,
  },
  dev: {
    ...everywhere,
    stage: 'dev',
    deployment: 'all-at-once', // a broken version shows within minutes, and nobody waits for a canary
    tracing: true,
    // Five workers have to clear what a test puts in at once: an hour's queue there is no trouble yet.
    alarms: { ...alarms, work: { ...alarms.work, oldestSeconds: 60 * 60 } },
    mappings: { worker: { maximumConcurrency: 5 }, 'dead-letters': { maximumConcurrency: 2 } }, // a new account has ten
    sweeper: { intervalMinutes: 1, sweepAfterSeconds: 120 },
    computations: { retentionDays: 14, maxAgeSeconds: day, checkpointSeconds: 20, activePerTenant: 200 },
    throttling: { ratePerSecond: 50, burst: 100 },
    routeThrottling: {
      'POST /computations': { ratePerSecond: 20, burst: 40 },
      'GET /computations/{id}': { ratePerSecond: 30, burst: 60 },
    },
    logRetentionDays: 14,
    keepData: false,
  },
  prod: {
    ...everywhere,
    stage: 'prod',
    deployment: 'canary',
    tracing: true,
    alarms,
    // Kept apart, so that neither side can starve the other: of an account's thousand, the hundred that Lambda
    // wants unreserved stay free, and the API has its own whatever the workers do.
    functions: {
      items: { ...functions.items, reservedConcurrency: 100 },
      computations: { ...functions.computations, reservedConcurrency: 50 },
      'computation-reads': { ...functions['computation-reads'], reservedConcurrency: 150 },
      worker: { ...functions.worker, reservedConcurrency: 500 },
      'dead-letters': { ...functions['dead-letters'], reservedConcurrency: 5 },
      sweeper: { ...functions.sweeper, reservedConcurrency: 2 },
      service: { ...functions.service, reservedConcurrency: 20 },
    },
    mappings: { worker: { maximumConcurrency: 500 }, 'dead-letters': { maximumConcurrency: 5 } },
    sweeper: { intervalMinutes: 1, sweepAfterSeconds: 300 },
    computations: {
      retentionDays: 14,
      maxAgeSeconds: 3 * day,
      checkpointSeconds: 20,
      activePerTenant: 1_000,
    },
    throttling: { ratePerSecond: 1_000, burst: 2_000 },
    routeThrottling: {
      // Two index writes each: far below what the partition of a tenant on the index of active ones takes.
      'POST /computations': { ratePerSecond: 200, burst: 400 },
      // Each may hold one of its function's instances for 25 seconds.
      'GET /computations/{id}': { ratePerSecond: 300, burst: 600 },
    },
    logRetentionDays: 90,
    keepData: true,
  },
};

/** Numbers that CloudFormation would refuse minutes into a deployment, or that contradict each other. */
export const problemsOf = (config: StageConfig): string[] => {
  const problems: string[] = [];
  const must = (holds: boolean, sentence: string) => {
    if (!holds) problems.push(sentence);
  };
  const { worker } = config.functions;
  for (const [name, { memoryMegabytes, timeoutSeconds }] of Object.entries(config.functions)) {
    must(memoryMegabytes >= 128 && memoryMegabytes <= 10_240, `${name}: memory is 128 to 10,240 MB`);
    must(timeoutSeconds >= 1 && timeoutSeconds <= 900, `${name}: timeout is 1 to 900 seconds`);
  }
  for (const name of ['items', 'computations', 'computation-reads', 'service'] as const) {
    const { timeoutSeconds } = config.functions[name];
    must(timeoutSeconds < 30, `${name}: API Gateway gives up after 30 seconds, so its timeout is less`);
  }
  for (const name of ['worker', 'dead-letters'] as const) {
    const { maximumConcurrency } = config.mappings[name];
    const reserved = config.functions[name].reservedConcurrency ?? maximumConcurrency;
    must(
      maximumConcurrency >= 2 && maximumConcurrency <= 1_000,
      `${name}: maximum concurrency is 2 to 1,000`,
    );
    must(reserved >= maximumConcurrency, `${name}: reserves less than its mapping uses`);
  }
  for (const [name, { p99Milliseconds }] of Object.entries(config.alarms?.functions ?? {})) {
    const { timeoutSeconds } = config.functions[name as FunctionName];
    must(p99Milliseconds < timeoutSeconds * 1_000, `${name}: nothing runs longer than its timeout`);
  }
  must(
    config.deployment === undefined || config.alarms !== undefined,
    'deployment: a new version is rolled back on alarms, so there have to be some',
  );
  const reserved = Object.values(config.functions).map((settings) => settings.reservedConcurrency ?? 0);
  must(
    reserved.reduce((sum, each) => sum + each) <= 900,
    "functions: at most 900 of an account's 1,000 can be reserved",
  );
  must(
    config.computations.checkpointSeconds * 2 <= worker.timeoutSeconds,
    "computations: a checkpoint has to come well before the worker's timeout",
  );
  must(
    config.computations.maxAgeSeconds < config.workQueue.retentionDays * day,
    'computations: the maximum age has to pass before the queue forgets its messages',
  );
  must(config.deadLetterQueue.retentionDays <= 14, 'deadLetterQueue: SQS keeps messages for 14 days at most');
  must(
    config.deadLetterQueue.retentionDays > config.workQueue.retentionDays,
    'deadLetterQueue: a letter keeps its first date, so it has to be kept longer than a message',
  );
  return problems;
};

/** The settings of a stage, checked; throws one sentence for a stage that does not exist or does not add up. */
export const stageConfig = (stage: string): StageConfig => {
  const known = stages.find((each) => each === stage);
  if (known === undefined) throw new Error(`There is no stage "${stage}": use ${stages.join(', ')}.`);
  const problems = problemsOf(configurations[known]);
  if (problems.length > 0) throw new Error(`Stage ${stage}: ${problems.join('; ')}.`);
  return configurations[known];
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
