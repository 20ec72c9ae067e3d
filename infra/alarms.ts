import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  Alarm,
  ComparisonOperator,
  type IAlarmAction,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { isSourceQueue, type MetricAlarm } from '../functions/lib/manifest.ts';
import { product } from '../functions/product.ts';
import { AlarmTopic } from './alarm-topic.ts';
import type { Data } from './data.ts';
import type { Functions } from './functions.ts';
import type { ProductFunction } from './lambda.ts';
import { functionMetric } from './metrics.ts';
import type { Queues } from './queues.ts';
import type { AlarmThresholds } from './stage.ts';
import { consumerOf, type Suite, triggersOf } from './suite.ts';

export interface AlarmsProps {
  readonly suite: Suite;
  readonly thresholds: AlarmThresholds;
  readonly functions: Functions;
  readonly queues: Queues;
  readonly data: Data;
  readonly api: HttpApi;
}

interface Definition {
  /** The heading in docs/runbook.md that says what to do. */
  readonly section: string;
  readonly says: string;
  readonly metric: IMetric;
  /** It goes off from here on. */
  readonly threshold: number;
  /** How many periods of how many have to reach it; one of one unless given. */
  readonly periods?: readonly [reaching: number, of: number];
}

const period = Duration.minutes(5);
/** Of the alarms that take back a new version, which has five minutes to show that it is broken. */
const minute = Duration.minutes(1);
const twoMinutesOfFive = [2, 5] as const;

/** Percent of `all` that are `bad`, in a minute. */
const percentOf = (bad: IMetric, all: IMetric, label: string): MathExpression =>
  new MathExpression({ expression: '100 * bad / all', usingMetrics: { bad, all }, period: minute, label });

/** Every alarm, told to one topic. What each means and what to do is in docs/runbook.md. */
export class Alarms extends Construct {
  readonly topic: ITopic;
  readonly byId = new Map<string, Alarm>();
  readonly #prefix: string;
  readonly #action: IAlarmAction;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.#prefix = `${product.name}-${props.suite.stageName}`;
    this.topic = new AlarmTopic(this, 'Topic').topic as ITopic;
    this.#action = new SnsAction(this.topic);

    for (const [name, made] of Object.entries(props.functions.byName)) this.#function(name, made, props);
    this.#api(props);
    for (const [name, table] of Object.entries(props.data.tables)) this.#table(name, table, props);
    for (const [name, each] of Object.entries(props.queues.byName)) this.#queue(name, each, props);
  }

  /** The alarms that speak against a new version of this function. */
  against(name: string, { record }: ProductFunction): Alarm[] {
    const ids = [
      `${name}-errors`,
      ...(triggersOf(record, 'http').length > 0 ? ['api-server-errors'] : []),
      ...(triggersOf(record, 'queue').length > 0 ? [`${name}-failed-messages`] : []),
    ];
    return ids.flatMap((id) => this.byId.get(id) ?? []);
  }

  #alarm(
    id: string,
    { section, says, metric, threshold, periods: [reaching, of] = [1, 1] }: Definition,
  ): void {
    const alarm = new Alarm(this, id, {
      alarmName: `${this.#prefix}-${id}`,
      alarmDescription: `${says} See docs/runbook.md#${section}.`,
      metric,
      threshold,
      evaluationPeriods: of,
      datapointsToAlarm: reaching,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING, // no traffic is no trouble
    });
    alarm.addAlarmAction(this.#action);
    alarm.addOkAction(this.#action);
    this.byId.set(id, alarm);
  }

  #function(name: string, { function: lambda, record }: ProductFunction, { thresholds }: AlarmsProps): void {
    const { errorPercent, p99Milliseconds, throttles } = record.alarms;
    this.#alarm(`${name}-errors`, {
      section: 'function-errors',
      says: `Invocations of ${name} crash or time out.`,
      metric: percentOf(lambda.metricErrors(), lambda.metricInvocations(), 'errors, %'),
      threshold: errorPercent,
      periods: twoMinutesOfFive,
    });
    this.#alarm(`${name}-latency`, {
      section: 'function-latency',
      says: `One in a hundred invocations of ${name} takes longer than ${p99Milliseconds} ms.`,
      metric: lambda.metricDuration({ period, statistic: Stats.percentile(99) }),
      threshold: p99Milliseconds,
      periods: [2, 2], // a few cold starts make no trend
    });
    this.#alarm(`${name}-throttles`, {
      section: 'function-throttles',
      says: `Lambda refuses to start more of ${name}.`,
      metric: lambda.metricThrottles({ period }),
      threshold: throttles,
    });
    if (record.grants.length > 0) {
      this.#alarm(`${name}-breaker-open`, {
        section: 'breaker-open',
        says: `${name} stopped calling what it depends on, because the calls fail.`,
        metric: functionMetric('BreakerOpened', lambda, { period }),
        threshold: thresholds.circuits.opened,
      });
    }
    for (const [id, alarm] of Object.entries(record.metricAlarms ?? {})) this.#own(id, alarm, lambda);
  }

  #own(
    id: string,
    { metric, by, minutes, threshold, description }: MetricAlarm,
    lambda: LambdaFunction,
  ): void {
    this.#alarm(id, {
      section: id,
      says: description,
      metric: functionMetric(metric, lambda, { by, period: Duration.minutes(minutes) }),
      threshold,
    });
  }

  #api({ api, thresholds }: AlarmsProps): void {
    const count = (metricName: string) =>
      new Metric({
        namespace: 'AWS/ApiGateway',
        metricName,
        dimensionsMap: { ApiId: api.apiId },
        statistic: Stats.SUM,
      });
    this.#alarm('api-server-errors', {
      section: 'api-server-errors',
      says: 'The API answers 5xx.',
      metric: percentOf(count('5xx'), count('Count'), '5xx, %'),
      threshold: thresholds.api.serverErrorPercent,
      periods: twoMinutesOfFive,
    });
  }

  #table(name: string, table: Table, { suite, thresholds }: AlarmsProps): void {
    const throttles = (id: string, what: string, index?: string) => {
      for (const way of ['Read', 'Write'] as const) {
        this.#alarm(`${id}-${way.toLowerCase()}-throttles`, {
          section: 'table-throttles',
          says: `The ${what} refuses to ${way.toLowerCase()}.`,
          // A table's own metric does not contain what its indexes refuse.
          metric: new Metric({
            namespace: 'AWS/DynamoDB',
            metricName: `${way}ThrottleEvents`,
            dimensionsMap: {
              TableName: table.tableName,
              ...(index !== undefined && { GlobalSecondaryIndexName: index }),
            },
            statistic: Stats.SUM,
            period,
          }),
          threshold: thresholds.tables.throttles,
        });
      }
    };
    throttles(`${name}-table`, `table ${name}`);
    for (const index of Object.keys(suite.tables[name]?.indexes ?? {}))
      throttles(`${name}-${index}-index`, `index ${index} of the table ${name}`, index);
  }

  #queue(name: string, queue: Queue, { suite, functions }: AlarmsProps): void {
    const record = suite.queues[name];
    if (record === undefined) return;
    if (!isSourceQueue(record)) {
      this.#alarm(`${name}-received`, {
        section: 'dead-letters-received',
        says: `Messages crashed or timed out each time and moved to the queue ${name}.`,
        metric: queue.metricNumberOfMessagesReceived({ period }),
        threshold: record.alarms.received,
      });
      this.#alarm(`${name}-age`, {
        section: 'dead-letters-age',
        says: `Dead letters wait in the queue ${name}: their function does not get rid of them.`,
        metric: queue.metricApproximateAgeOfOldestMessage({ period }),
        threshold: record.alarms.oldestSeconds,
      });
      return;
    }
    this.#alarm(`${name}-queue-age`, {
      section: 'queue-age',
      says: `A message has waited too long in the queue ${name}.`,
      metric: queue.metricApproximateAgeOfOldestMessage({ period }),
      threshold: record.alarms.oldestSeconds,
    });
    const [consumer = ''] = consumerOf(suite, name) ?? [];
    const lambda = functions.byName[consumer]?.function;
    if (lambda === undefined) return;
    this.#alarm(`${consumer}-failed-messages`, {
      section: 'failed-messages',
      says: `Messages fail in ${consumer} and are tried again.`,
      metric: percentOf(
        functionMetric('MessagesFailed', lambda),
        functionMetric('Messages', lambda),
        'failed, %',
      ),
      threshold: record.alarms.failedPercent,
      periods: twoMinutesOfFive,
    });
  }
}
