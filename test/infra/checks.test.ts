import { describe, expect, test } from 'vitest';
import { http, httpDefault, queue, schedule } from '../../functions/lib/manifest.ts';
import { checkSuite, handlerFile, problemsOf } from '../../infra/checks.ts';
import type { Suite } from '../../infra/suite.ts';
import { shopStageNames, shopSuite } from './fixture.ts';

const prod = shopSuite('prod');
const operations = Object.values(prod.functions).flatMap(({ invokedBy }) =>
  invokedBy.flatMap((trigger) => (trigger.kind === 'http' ? trigger.operations : [])),
);
const [create, , ping] = operations;
if (create === undefined || ping === undefined) throw new Error('the fixture has operations');

const withFunction = (name: string, change: object): Suite => {
  const record = prod.functions[name] ?? prod.functions['front-door'];
  return {
    ...prod,
    functions: { ...prod.functions, [name]: { ...record, ...change } as typeof record & {} },
  };
};
const withQueue = (name: string, change: object): Suite => ({
  ...prod,
  queues: { ...prod.queues, [name]: { ...prod.queues[name], ...change } as Suite['queues'][string] },
});
const withStage = (change: object): Suite => ({ ...prod, stage: { ...prod.stage, ...change } });
const withSettings = (change: object): Suite =>
  withStage({ settings: { ...prod.stage.settings, ...change } });

test.each(shopStageNames)('a suite without a contradiction is returned as it is, in %s', (stage) => {
  const suite = shopSuite(stage);
  expect(checkSuite(suite)).toBe(suite);
});

describe('one sentence names the file and what to write instead, for', () => {
  test.each<[string, Suite, string]>([
    [
      'a name that is not in kebab case',
      withFunction('Orders_2', { invokedBy: [schedule({ minutes: 1 })] }),
      'functions/manifest.ts: the function "Orders_2" needs a name in kebab case',
    ],
    [
      'a function that nothing invokes',
      withFunction('cashier', { invokedBy: [] }),
      'functions/manifest.ts: cashier is invoked by nothing; give it http(operations)',
    ],
    [
      'two operations of one route',
      withFunction('more', { invokedBy: [http([{ ...ping, id: 'pong' }])] }),
      'both answer GET /ping; give one of them another path',
    ],
    [
      'two operations of one id',
      withFunction('more', { invokedBy: [http([{ ...ping, path: '/pong' }])] }),
      'two operations have the id "ping"',
    ],
    [
      'a scope of another form',
      withFunction('more', { invokedBy: [http([{ ...ping, id: 'p', path: '/p', scope: 'everything' }])] }),
      'the operation p has the scope "everything"; write resource/verb',
    ],
    [
      'a second default function',
      withFunction('more', { invokedBy: [httpDefault([])] }),
      'front-door and more answers what no other route matches; give exactly one function httpDefault(…)',
    ],
    [
      'throttling of a route that is not there',
      withStage({ routeThrottling: { 'POST /nothing': { ratePerSecond: 1, burst: 1 } } }),
      'infra/stages.ts: routeThrottling of prod names "POST /nothing", which is no route',
    ],
    [
      'memory that Lambda does not allow',
      withFunction('packer', { memoryMegabytes: 64 }),
      'packer has 64 MB of memory; Lambda allows 128 to 10,240',
    ],
    [
      'a timeout that Lambda does not allow',
      withFunction('cashier', { timeoutSeconds: 901 }),
      'cashier has a timeout of 901 s; Lambda allows 1 to 900',
    ],
    [
      'a timeout beyond that of API Gateway',
      withFunction('orders', { timeoutSeconds: 30 }),
      'orders has a timeout of 30 s, but API Gateway gives up after 30 s',
    ],
    [
      'a latency alarm that is never reached',
      withFunction('cashier', { timeoutSeconds: 2 }),
      'cashier has a latency alarm at 2000 ms, which is never reached',
    ],
    [
      'an interval that EventBridge does not take',
      withFunction('cashier', { invokedBy: [schedule({ minutes: 0.5 })] }),
      'cashier runs every 0.5 minutes; EventBridge takes whole minutes',
    ],
    [
      'a maximum concurrency that Lambda does not allow',
      withFunction('packer', { invokedBy: [queue('parcels', { maximumConcurrency: 1 })] }),
      'packer has a maximum concurrency of 1 in prod; Lambda allows 2 to 1,000',
    ],
    [
      'fewer reserved instances than its queue invokes',
      withFunction('packer', { reservedConcurrency: 4 }),
      'packer reserves 4 instances in prod, less than the 400 that its queue invokes at once',
    ],
    [
      'more reserved instances than an account has',
      withFunction('orders', { reservedConcurrency: 901 }),
      "of an account's 1,000 at most 900 can be reserved",
    ],
    [
      'a grant on an index that the table does not have',
      withFunction('orders', {
        grants: [{ kind: 'table', table: 'orders', index: 'by-night', actions: [] }],
      }),
      'orders is granted the index "by-night", which the table orders does not have',
    ],
    [
      'a grant on a table that is not there',
      withFunction('orders', { grants: [{ kind: 'table', table: 'cellar', actions: [] }] }),
      'orders is granted a table "cellar", which is not in tables',
    ],
    [
      'a grant on a queue that is not there',
      withFunction('orders', { grants: [{ kind: 'queue', queue: 'letters', actions: [] }] }),
      'orders is granted a queue "letters", which is not in queues',
    ],
    [
      'a variable without a value',
      withFunction('orders', { environment: { COLOUR: String } }),
      'values has nothing for COLOUR, which functions/orders/environment.ts reads',
    ],
    [
      'a queue that two functions read',
      withFunction('more', { invokedBy: [queue('parcels', { maximumConcurrency: 2 })] }),
      "the queue parcels invokes 2 functions; give exactly one function queue('parcels', …)",
    ],
    [
      'a queue that keeps messages for longer than SQS can',
      withQueue('lost-parcels', { retentionDays: 15 }),
      'the queue lost-parcels keeps messages for 15 days; SQS allows 1 to 14',
    ],
    [
      'a dead-letter queue that forgets before its source',
      withQueue('lost-parcels', { retentionDays: 4 }),
      'a dead letter keeps the date of its message, so it has to be kept longer',
    ],
    [
      'a dead-letter queue that is none',
      withQueue('parcels', { deadLetterQueue: 'parcels' }),
      'has the dead-letter queue "parcels", which is no dead-letter queue',
    ],
    [
      'too few receives for the outage that is promised to be survived',
      withQueue('parcels', { maxReceiveCount: 7 }),
      'functions/limits.ts promises to survive an outage of 600 s; raise maxReceiveCount or outageBackoff',
    ],
    [
      'a deployment that nothing can take back',
      withStage({ alarms: undefined }),
      'infra/stages.ts: prod takes back a new version on alarms and has none',
    ],
    [
      'a checkpoint that comes too late',
      {
        ...withFunction('packer', { environment: { CHECKPOINT_SECONDS: Number } }),
        values: { ...prod.values, CHECKPOINT_SECONDS: () => '' },
        stage: { ...prod.stage, settings: { ...prod.stage.settings, checkpointSeconds: 31 } },
      },
      'infra/stages.ts: prod writes a checkpoint every 31 s, too late for the timeout of packer, 60 s',
    ],
    [
      'a maximum age that the queue forgets',
      {
        ...withFunction('packer', { runsKernels: true }),
        stage: { ...prod.stage, settings: { ...prod.stage.settings, maxAgeSeconds: 4 * 86_400 } },
      },
      'the queue parcels forgets its messages after 4 days; make the maximum age shorter',
    ],
    [
      'a first visit after the maximum age',
      withSettings({ sweepAfterSeconds: 90_000 }),
      'infra/stages.ts: prod first visits a computation after 90000 s, later than its maximum age',
    ],
    [
      'a number that is no whole one',
      withSettings({ activePerTenant: 1.5 }),
      'infra/stages.ts: prod has activePerTenant 1.5; write a whole number from 1',
    ],
  ])('%s', (_, suite, sentence) => {
    expect(problemsOf(suite)).toEqual([expect.stringContaining(sentence)]);
    expect(() => checkSuite(suite)).toThrow(sentence);
  });
});

test('a function without its folder is told by the name of the file that is missing', () => {
  expect(() => handlerFile('nothing', '.')).toThrow(
    'functions/manifest.ts has a function nothing, but there is no functions/nothing/handler.ts',
  );
});
