import { environment as computationReadsEnvironment } from './computation-reads/environment.ts';
import { operations as computationReadsOperations } from './computation-reads/operations.ts';
import { environment as computationsEnvironment } from './computations/environment.ts';
import { operations as computationsOperations } from './computations/operations.ts';
import { environment as deadLettersEnvironment } from './dead-letters/environment.ts';
import { environment as itemsEnvironment } from './items/environment.ts';
import { checkItems, operations as itemsOperations } from './items/operations.ts';
import {
  type FunctionRecord,
  type Grant,
  http,
  httpDefault,
  type Manifest,
  type QueueRecord,
  queue,
  schedule,
  type TableRecord,
  type ValueContext,
} from './lib/manifest.ts';
import { api, messages } from './limits.ts';
import { environment as serviceEnvironment } from './service/environment.ts';
import { operations as serviceOperations } from './service/operations.ts';
import { environment as sweeperEnvironment } from './sweeper/environment.ts';
import { environment as workerEnvironment } from './worker/environment.ts';

/*
 * The one list of what the suite consists of. The build, the stack with its roles, routes, alarms, dashboards and outputs,
 * the API document and the local platform are derived from it. What holds on every stage is here; infra/stages.ts has what
 * differs. To add a function, add its folder and its record here.
 */

export const tables = {
  items: {
    partitionKey: { name: 'tenant', type: 'string' },
    sortKey: { name: 'id', type: 'number' },
  },
  computations: {
    partitionKey: { name: 'pk', type: 'string' },
    timeToLiveAttribute: 'expiresAt',
    // Both hold keys that never change, so that a change of status writes no index.
    indexes: {
      list: {
        partitionKey: { name: 'tenant', type: 'string' },
        sortKey: { name: 'listKey', type: 'string' },
      },
      // Sparse: only an active computation has a shard.
      active: {
        partitionKey: { name: 'shard', type: 'string' },
        sortKey: { name: 'visitAt', type: 'number' },
      },
    },
  },
} as const satisfies Record<string, TableRecord>;

const queues = {
  work: {
    retentionDays: 4,
    deadLetterQueue: 'dead-letters',
    maxReceiveCount: messages.maxReceiveCount,
    alarms: { oldestSeconds: 15 * 60, failedPercent: 5 },
  },
  'dead-letters': {
    retentionDays: 14,
    alarms: { oldestSeconds: 10 * 60, received: 1 },
  },
} as const satisfies Record<string, QueueRecord>;

type TableName = keyof typeof tables;

/** Some actions on a table itself. */
const onTable = (
  table: TableName,
  ...actions: Extract<Grant, { kind: 'table' }>['actions'][number][]
): Grant => ({
  kind: 'table',
  table,
  actions,
});

/** A query of an index. */
const onIndex = (index: keyof typeof tables.computations.indexes): Grant => ({
  kind: 'table',
  table: 'computations',
  index,
  actions: ['Query'],
});

/** Some actions on a queue, besides what a function needs that is invoked by it. */
const onQueue = (
  name: keyof typeof queues,
  ...actions: Extract<Grant, { kind: 'queue' }>['actions'][number][]
): Grant => ({
  kind: 'queue',
  queue: name,
  actions,
});

/** A function that may hold a request for as long as a client asks it to wait. */
const waiting = {
  memoryMegabytes: 512,
  timeoutSeconds: api.maxWaitSeconds + api.answerSeconds,
} as const;

/** A wait is no slowness. */
const waitingAlarms = {
  errorPercent: 2,
  throttles: 5,
  p99Milliseconds: (api.maxWaitSeconds + 2) * 1_000,
} as const;

export const functions = {
  items: {
    description: 'Create, read, list, replace, patch and delete items',
    invokedBy: [http(itemsOperations)],
    environment: itemsEnvironment,
    grants: [onTable('items', 'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query')],
    memoryMegabytes: 512,
    timeoutSeconds: 10,
    reservedConcurrency: 100,
    gradualDeployment: true,
    alarms: { errorPercent: 2, throttles: 5, p99Milliseconds: 1_000 },
    check: checkItems,
  },
  computations: {
    description: 'Submit, list, cancel, retry and delete computations',
    invokedBy: [http(computationsOperations)],
    environment: computationsEnvironment,
    grants: [
      onTable('computations', 'PutItem', 'GetItem', 'UpdateItem', 'DeleteItem', 'BatchGetItem'),
      onIndex('list'),
      onIndex('active'),
      onQueue('work', 'SendMessage'),
    ],
    ...waiting,
    reservedConcurrency: 50,
    gradualDeployment: true,
    alarms: waitingAlarms,
  },
  'computation-reads': {
    description: 'Read a computation and its progress, and wait for it',
    invokedBy: [http(computationReadsOperations)],
    environment: computationReadsEnvironment,
    grants: [onTable('computations', 'GetItem', 'BatchGetItem')],
    ...waiting,
    reservedConcurrency: 150,
    gradualDeployment: true,
    alarms: waitingAlarms,
  },
  worker: {
    description: 'Split, compute and report the nodes of a computation',
    invokedBy: [queue('work', { maximumConcurrency: 5 })],
    environment: workerEnvironment,
    grants: [
      onTable('computations', 'BatchGetItem', 'GetItem', 'UpdateItem'),
      onQueue('work', 'SendMessage', 'ChangeMessageVisibility'),
      onTable('items', 'Query'),
    ],
    memoryMegabytes: 1_769, // one whole vCPU, which is what a kernel can use
    timeoutSeconds: 60,
    reservedConcurrency: 500,
    gradualDeployment: true,
    runsKernels: true,
    alarms: { errorPercent: 2, throttles: 5, p99Milliseconds: 45_000 }, // parts aim at 1 to 10 seconds
  },
  'dead-letters': {
    description: 'Turn what crashed or timed out too often into a failed computation',
    invokedBy: [queue('dead-letters', { maximumConcurrency: 2 })],
    environment: deadLettersEnvironment,
    grants: [onTable('computations', 'BatchGetItem', 'GetItem', 'UpdateItem')],
    memoryMegabytes: 256,
    timeoutSeconds: 30,
    reservedConcurrency: 5,
    gradualDeployment: false,
    alarms: { errorPercent: 2, throttles: 5, p99Milliseconds: 5_000 },
  },
  sweeper: {
    description: 'Find computations that stopped moving and start them again',
    invokedBy: [schedule({ minutes: 1 })],
    environment: sweeperEnvironment,
    grants: [
      onIndex('active'),
      onTable('computations', 'BatchGetItem', 'GetItem', 'UpdateItem'),
      onQueue('work', 'SendMessage'),
    ],
    memoryMegabytes: 256,
    timeoutSeconds: 60,
    reservedConcurrency: 2,
    gradualDeployment: false,
    alarms: { errorPercent: 2, throttles: 5, p99Milliseconds: 50_000 }, // it stops by itself before its timeout
    metricAlarms: {
      'computations-stuck': {
        metric: 'Sweeps',
        by: { Action: 'sent' },
        minutes: 15,
        threshold: 10,
        description: 'Computations stop moving and have to be started again.',
      },
      'computations-expired': {
        metric: 'Sweeps',
        by: { Action: 'failed' },
        minutes: 5,
        threshold: 1,
        description: 'Computations did not finish within their maximum age and failed.',
      },
    },
  },
  service: {
    description: 'Health, the API document, the computation types, and every path that nothing else answers',
    invokedBy: [httpDefault(serviceOperations)],
    environment: serviceEnvironment,
    grants: [],
    memoryMegabytes: 256,
    timeoutSeconds: 10,
    reservedConcurrency: 20,
    gradualDeployment: true,
    alarms: { errorPercent: 2, throttles: 5, p99Milliseconds: 1_000 },
    documents: ['openapi.json', 'computation-types.json'],
  },
} satisfies Record<string, FunctionRecord>;

/** What a stage decides and functions are told. */
export interface Settings {
  readonly stage: string;
  /** The claim of a token that names the tenant. */
  readonly tenantClaim: string;
  /** Days that a finished computation is kept. */
  readonly retentionDays: number;
  /** Seconds after which an unfinished attempt of a computation fails. */
  readonly maxAgeSeconds: number;
  /** Seconds between two checkpoints of a sequential computation. */
  readonly checkpointSeconds: number;
  /** Seconds after which the sweeper first visits an unfinished computation. */
  readonly sweepAfterSeconds: number;
  /** Active computations that a tenant may have; one more is answered 429. */
  readonly activePerTenant: number;
  /** Bytes of responses that an instance keeps for clients that accept old ones; texts count double. */
  readonly responseCacheBytes: number;
}

type Functions = typeof functions;
type Variable = { [Name in keyof Functions]: keyof Functions[Name]['environment'] }[keyof Functions];

/** The value of every variable that a function reads: one that is missing here does not compile. */
const values: Readonly<Record<Variable, (context: ValueContext<Settings>) => string>> = {
  STAGE: ({ settings }) => settings.stage,
  TENANT_CLAIM: ({ settings }) => settings.tenantClaim,
  ITEMS_TABLE: ({ tableName }) => tableName('items'),
  COMPUTATIONS_TABLE: ({ tableName }) => tableName('computations'),
  WORK_QUEUE_URL: ({ queueUrl }) => queueUrl('work'),
  RETENTION_DAYS: ({ settings }) => String(settings.retentionDays),
  MAX_AGE_SECONDS: ({ settings }) => String(settings.maxAgeSeconds),
  CHECKPOINT_SECONDS: ({ settings }) => String(settings.checkpointSeconds),
  SWEEP_AFTER_SECONDS: ({ settings }) => String(settings.sweepAfterSeconds),
  ACTIVE_PER_TENANT: ({ settings }) => String(settings.activePerTenant),
  RESPONSE_CACHE_BYTES: ({ settings }) => String(settings.responseCacheBytes),
};

export type FunctionName = keyof Functions;
export type QueueName = keyof typeof queues;

/** The suite. */
export const manifest: Manifest<Settings> = { tables, queues, functions, values };
