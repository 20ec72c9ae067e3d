import { readFileSync } from 'node:fs';
import type { Context, SQSEvent } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sqsHandler } from '../../functions/lib/events/sqs-handler.ts';
import { observeEngine } from '../../functions/lib/observability/engine.ts';
import { createCircuit } from '../../functions/lib/resilience/circuit.ts';
import { product } from '../../functions/product.ts';
import { captureLog } from '../support/log.ts';
import { shop } from './fixture.ts';
import { productTemplateOf, readable, resource, resources, templateOf } from './template.ts';

type Stage = 'dev' | 'prod';

const deployed: readonly Stage[] = ['dev', 'prod'];

interface MetricOf {
  Namespace: string;
  MetricName: string;
  Dimensions: { Name: string; Value: unknown }[];
}

interface AlarmOf {
  readonly id: string;
  /** Without what all of a stage begin with. */
  readonly name: string;
  /** The heading in the runbook. */
  readonly section: string | undefined;
  readonly metrics: readonly MetricOf[];
  readonly Threshold: number;
  readonly AlarmActions: unknown[];
  readonly OKActions: unknown[];
  readonly TreatMissingData: string;
}

const alarmsIn = (template: ReturnType<typeof templateOf>): AlarmOf[] =>
  resources(template, 'AWS::CloudWatch::Alarm').map(({ id, Properties }) => {
    const queries: { MetricStat?: { Metric: MetricOf } }[] = Properties.Metrics ?? [
      { MetricStat: { Metric: Properties } },
    ];
    return {
      ...(Properties as AlarmOf),
      id,
      name: String(Properties.AlarmName).replace(/^.*?-(dev|prod)-/, ''),
      section: /docs\/runbook\.md#([\w-]+)\.$/.exec(Properties.AlarmDescription)?.[1],
      metrics: queries.flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : [])),
    };
  });

test('the local stage has no alarms, topic or dashboards: nothing there measures', () => {
  const types = Object.values(templateOf('local').toJSON().Resources as Record<string, { Type: string }>);
  expect(types.filter(({ Type }) => /CloudWatch|SNS|KMS|CodeDeploy|Alias/.test(Type))).toEqual([]);
});

describe.each(deployed)('the alarms of %s', (stage) => {
  const alarms = alarmsIn(templateOf(stage));

  test('are these', () => {
    const perFunction = Object.keys(shop.functions).flatMap((name) =>
      ['errors', 'latency', 'throttles'].map((kind) => `${name}-${kind}`),
    );
    expect(alarms.map(({ name }) => name).sort()).toEqual(
      [
        ...perFunction,
        ...['orders', 'packer', 'lost-and-found', 'cashier'].map((name) => `${name}-breaker-open`),
        'api-server-errors',
        'orders-table-read-throttles',
        'orders-table-write-throttles',
        'orders-by-day-index-read-throttles',
        'orders-by-day-index-write-throttles',
        'prices-table-read-throttles',
        'prices-table-write-throttles',
        'parcels-queue-age',
        'packer-failed-messages',
        'lost-parcels-received',
        'lost-parcels-age',
        'money-missing',
      ].sort(),
    );
  });

  test('have the thresholds of the records, or of the stage that overrides them', () => {
    const threshold = (name: string) => alarms.find((alarm) => alarm.name === name)?.Threshold;
    expect(threshold('packer-latency')).toBe(2_000);
    expect(threshold('orders-errors')).toBe(3);
    expect(threshold('cashier-throttles')).toBe(7);
    expect(threshold('parcels-queue-age')).toBe(stage === 'dev' ? 3_600 : 900);
    expect(threshold('packer-failed-messages')).toBe(4);
    expect(threshold('lost-parcels-received')).toBe(1);
    expect(threshold('money-missing')).toBe(2);
  });

  test('watch what each index refuses, which the metric of its table does not contain', () => {
    const [alarm] = alarms.filter(({ name }) => name === 'orders-by-day-index-write-throttles');
    const dimensions = alarm?.metrics.flatMap((metric) => metric.Dimensions) ?? [];
    expect(dimensions.map(({ Name, Value }) => [Name, readable(Value)])).toEqual([
      ['GlobalSecondaryIndexName', 'by-day'],
      ['TableName', 'DataOrders'],
    ]);
  });

  test('are told to the topic, and so is their end; no traffic is no trouble', () => {
    for (const alarm of alarms) {
      expect(alarm.AlarmActions.map(readable)).toEqual(['AlarmsTopic']);
      expect(alarm.OKActions.map(readable)).toEqual(['AlarmsTopic']);
      expect(alarm.TreatMissingData).toBe('notBreaching');
    }
  });

  test('are told encrypted, with a key that CloudWatch may use, and nobody else may publish', () => {
    const template = templateOf(stage);
    const topic = resource(template, 'AWS::SNS::Topic', 'AlarmsTopic').Properties;
    expect(readable(topic.KmsMasterKeyId)).toBe('AlarmsTopicKey.Arn');
    const key = resource(template, 'AWS::KMS::Key', 'AlarmsTopicKey').Properties;
    expect(key.KeyPolicy.Statement).toContainEqual({
      Sid: 'AlarmsEncrypt',
      Effect: 'Allow',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: '*',
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    });
    const [policy] = resources(template, 'AWS::SNS::TopicPolicy');
    const allowed = policy?.Properties.PolicyDocument.Statement.filter(
      ({ Effect }: { Effect: string }) => Effect === 'Allow',
    );
    expect(allowed).toMatchObject([
      { Principal: { Service: 'cloudwatch.amazonaws.com' }, Action: 'sns:Publish' },
    ]);
  });
});

describe('the runbook', () => {
  const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
  const sections = new Map(
    runbook
      .split(/^## /m)
      .slice(1)
      .map((text) => [text.slice(0, text.indexOf('\n')), text]),
  );
  const alarms = alarmsIn(productTemplateOf('prod'));

  test.each(alarms.map(({ name, section = '' }) => [name, section]))(
    'says what to do about %s: %s',
    (_, section) => {
      const text = sections.get(section);
      for (const part of ['**It means**', '**Look at**', '**Do**']) expect(text).toContain(part);
    },
  );

  test('has no section without an alarm', () => {
    expect([...sections.keys()].sort()).toEqual([...new Set(alarms.map(({ section }) => section))].sort());
  });
});

describe('a metric of our own that an alarm watches', () => {
  let log: ReturnType<typeof captureLog>;
  /** `name dimension,dimension=value` of all that functions send. */
  const sent = new Set<string>();
  const nameOf = (metric: string, dimensions: [string, unknown][]) =>
    `${metric} ${dimensions.map(([name, value]) => (name === 'FunctionName' ? name : `${name}=${value}`)).sort()}`;

  beforeAll(async () => {
    log = captureLog();
    for (const action of ['sent', 'healthy', 'failed'] as const)
      observeEngine({ event: 'swept', id: 'a', action });
    const circuit = createCircuit('DynamoDB');
    const broken = Object.assign(new Error(), { $metadata: { httpStatusCode: 500 } });
    for (let n = 0; n < 5; n += 1) await circuit(() => Promise.reject(broken)).catch(() => {});
    const Records = [
      { messageId: 'a', body: '', attributes: { ApproximateReceiveCount: '1' }, messageAttributes: {} },
    ];
    await sqsHandler(async () => {})({ Records } as unknown as SQSEvent, {} as Context);
    for (const line of log.lines) {
      for (const { Dimensions, Metrics } of line._aws?.CloudWatchMetrics ?? []) {
        for (const { Name } of Metrics) {
          for (const set of Dimensions) {
            sent.add(
              nameOf(
                Name,
                set.map((dimension: string) => [dimension, line[dimension]]),
              ),
            );
          }
        }
      }
    }
  });
  afterAll(() => log.restore());

  const watched = alarmsIn(productTemplateOf('prod')).flatMap(({ name, metrics }) =>
    metrics
      .filter(({ Namespace }) => Namespace === product.title)
      .map(({ MetricName, Dimensions }) => [
        name,
        nameOf(
          MetricName,
          Dimensions.map((each): [string, unknown] => [each.Name, each.Value]),
        ),
      ]),
  );

  test.each(watched)('%s: is sent as %s', (_, metric) => {
    expect(sent).toContain(metric);
  });
});
