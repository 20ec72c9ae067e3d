import * as z from 'zod/mini';
import { integer, text, url } from '../../functions/lib/environment.ts';
import { type AnyOperation, operation } from '../../functions/lib/http/operation.ts';
import { http, httpDefault, type Manifest, queue, schedule } from '../../functions/lib/manifest.ts';
import type { Settings } from '../../functions/manifest.ts';
import type { Stage } from '../../infra/stage.ts';
import { resolveSuite, type Suite } from '../../infra/suite.ts';

/*
 * A small shop: a suite of the tests' own, so that nothing here depends on what a team makes of the real one.
 */

const order = z.object({ id: z.string() });
const content = () => ({ schema: order });

const operations: Record<'create' | 'read' | 'ping', AnyOperation> = {
  create: operation({
    id: 'createOrder',
    method: 'POST',
    path: '/orders',
    scope: 'orders/write',
    summary: 'Place an order',
    headers: [{ name: 'X-Promise', description: 'A promise', read: ({ header }) => header('X-Promise') }],
    body: { contentTypes: ['application/json'], maxBytes: 1_024, content },
    responses: {
      201: { description: 'Placed', headers: [{ name: 'X-Receipt', description: 'A receipt' }], content },
    },
  }),
  read: operation({
    id: 'readOrder',
    method: 'GET',
    path: '/orders/{id}',
    scope: 'orders/read',
    summary: 'Read an order',
    params: () => z.object({ id: z.string() }),
    responses: { 200: { description: 'The order', content } },
  }),
  ping: operation({
    id: 'ping',
    method: 'GET',
    path: '/ping',
    scope: null,
    summary: 'Whether the shop is open',
    responses: { 200: { description: 'It is' } },
  }),
};

const usual = {
  memoryMegabytes: 256,
  timeoutSeconds: 10,
  reservedConcurrency: 10,
  gradualDeployment: true,
  alarms: { errorPercent: 3, p99Milliseconds: 2_000, throttles: 7 },
};

export const shop = {
  tables: {
    orders: {
      partitionKey: { name: 'tenant', type: 'string' },
      sortKey: { name: 'id', type: 'string' },
      timeToLiveAttribute: 'until',
      indexes: {
        'by-day': {
          partitionKey: { name: 'day', type: 'string' },
          sortKey: { name: 'number', type: 'number' },
        },
      },
    },
    prices: { partitionKey: { name: 'article', type: 'string' } },
  },
  queues: {
    parcels: {
      retentionDays: 4,
      deadLetterQueue: 'lost-parcels',
      maxReceiveCount: 8,
      alarms: { oldestSeconds: 900, failedPercent: 4 },
    },
    'lost-parcels': { retentionDays: 14, alarms: { oldestSeconds: 600, received: 1 } },
  },
  functions: {
    orders: {
      ...usual,
      description: 'Place and read orders',
      invokedBy: [http([operations.create, operations.read])],
      environment: { ORDERS_TABLE: text, PARCELS_URL: url, RETENTION_DAYS: integer, TENANT_CLAIM: text },
      grants: [
        { kind: 'table', table: 'orders', actions: ['GetItem', 'PutItem'] },
        { kind: 'table', table: 'orders', index: 'by-day', actions: ['Query'] },
        { kind: 'queue', queue: 'parcels', actions: ['SendMessage'] },
      ],
      timeoutSeconds: 29,
    },
    'front-door': {
      ...usual,
      description: 'Whether the shop is open, and every other path',
      invokedBy: [httpDefault([operations.ping])],
      environment: { STAGE: text },
      grants: [],
    },
    packer: {
      ...usual,
      description: 'Pack parcels, which may make more parcels',
      invokedBy: [queue('parcels', { maximumConcurrency: 5 })],
      environment: { PARCELS_URL: url },
      grants: [
        { kind: 'queue', queue: 'parcels', actions: ['SendMessage', 'ChangeMessageVisibility'] },
        { kind: 'table', table: 'prices', actions: ['GetItem'] },
      ],
      memoryMegabytes: 1_769,
      timeoutSeconds: 60,
    },
    'lost-and-found': {
      ...usual,
      description: 'Say which parcels were lost',
      invokedBy: [queue('lost-parcels', { maximumConcurrency: 2 })],
      environment: {},
      grants: [{ kind: 'table', table: 'orders', actions: ['UpdateItem'] }],
      gradualDeployment: false,
    },
    cashier: {
      ...usual,
      description: 'Count the money',
      invokedBy: [schedule({ minutes: 5, event: { till: 1 } })],
      environment: { ORDERS_TABLE: text },
      grants: [{ kind: 'table', table: 'orders', index: 'by-day', actions: ['Query'] }],
      gradualDeployment: false,
      metricAlarms: {
        'money-missing': {
          metric: 'Sweeps',
          by: { Action: 'failed' },
          minutes: 15,
          threshold: 2,
          description: 'Money is missing.',
        },
      },
    },
  },
  values: {
    STAGE: ({ settings }) => settings.stage,
    TENANT_CLAIM: ({ settings }) => settings.tenantClaim,
    RETENTION_DAYS: ({ settings }) => String(settings.retentionDays),
    ORDERS_TABLE: ({ tableName }) => tableName('orders'),
    PARCELS_URL: ({ queueUrl }) => queueUrl('parcels'),
  },
} satisfies Manifest<Settings>;

const settings: Stage['settings'] = {
  retentionDays: 14,
  maxAgeSeconds: 86_400,
  checkpointSeconds: 20,
  sweepAfterSeconds: 60,
  activePerTenant: 100,
  responseCacheBytes: 1_024,
};

const alarms: Stage['alarms'] = {
  api: { serverErrorPercent: 2 },
  tables: { throttles: 10 },
  circuits: { opened: 1 },
};

export const shopStages = {
  local: {
    tracing: false,
    reserveConcurrency: false,
    settings,
    throttling: { ratePerSecond: 10_000, burst: 5_000 },
    routeThrottling: {},
    logRetentionDays: 1,
    keepData: false,
  },
  dev: {
    deployment: 'all-at-once',
    tracing: true,
    alarms,
    reserveConcurrency: false,
    settings,
    queues: { parcels: { alarms: { oldestSeconds: 3_600 } } },
    throttling: { ratePerSecond: 50, burst: 100 },
    routeThrottling: { 'POST /orders': { ratePerSecond: 20, burst: 40 } },
    logRetentionDays: 14,
    keepData: false,
  },
  prod: {
    deployment: 'canary',
    tracing: true,
    alarms,
    reserveConcurrency: true,
    settings,
    functions: { packer: { maximumConcurrency: 400, reservedConcurrency: 400, memoryMegabytes: 3_008 } },
    throttling: { ratePerSecond: 1_000, burst: 2_000 },
    routeThrottling: {},
    logRetentionDays: 90,
    keepData: true,
  },
} as const satisfies Record<string, Stage>;

export type ShopStage = keyof typeof shopStages;
export const shopStageNames: readonly ShopStage[] = ['local', 'dev', 'prod'];

/** The shop as a stage runs it. */
export const shopSuite = (stage: ShopStage): Suite => resolveSuite(shop, stage, shopStages[stage]);
