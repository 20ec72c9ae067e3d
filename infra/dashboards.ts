import { Duration } from 'aws-cdk-lib';
import type { HttpApi, IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { AlarmStatusWidget, MathExpression, type Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { type CustomMetricGroup, DefaultDashboardFactory, MonitoringFacade } from 'cdk-monitoring-constructs';
import { Construct } from 'constructs';
import type { DimensionName, MetricName } from '../functions/lib/observability/metrics.ts';
import { product } from '../functions/product.ts';
import type { Alarms } from './alarms.ts';
import type { Data } from './data.ts';
import type { Functions } from './functions.ts';
import { functionMetric } from './metrics.ts';
import type { Queues } from './queues.ts';
import { consumerOf, type Suite, sourceQueues, triggersOf } from './suite.ts';

export interface DashboardsProps {
  readonly suite: Suite;
  readonly functions: Functions;
  readonly queues: Queues;
  readonly data: Data;
  readonly api: HttpApi;
  readonly alarms: Alarms;
}

const period = Duration.minutes(5);

/** Every value of a metric of these functions, one line for each combination of the dimensions that occurs. */
const search = (
  metricName: MetricName,
  dimensions: readonly DimensionName[],
  functions: readonly LambdaFunction[],
  statistic: string = Stats.SUM,
): MathExpression => {
  const names = functions.map(({ functionName }) => `"${functionName}"`).join(' OR ');
  const schema = [product.title, 'FunctionName', ...dimensions].join(',');
  return new MathExpression({
    expression: `SEARCH('{${schema}} MetricName="${metricName}" FunctionName=(${names})', '${statistic}')`,
    usingMetrics: {},
    label: '',
    period,
  });
};

/**
 * Two dashboards. `service` is for whoever offers the API: is it used, does it answer, do computations finish?
 * `operator` is for whoever is called when it does not: what is wrong, and where?
 */
export class Dashboards extends Construct {
  constructor(scope: Construct, id: string, props: DashboardsProps) {
    super(scope, id);
    this.#service(props);
    this.#operator(props);
  }

  #facade(name: 'service' | 'operator', { stageName }: Suite): MonitoringFacade {
    const prefix = `${product.name}-${stageName}`;
    return new MonitoringFacade(this, name, {
      metricFactoryDefaults: { namespace: product.title },
      alarmFactoryDefaults: { actionsEnabled: false, alarmNamePrefix: prefix }, // alarms are in alarms.ts
      dashboardFactory: new DefaultDashboardFactory(this, `${name} dashboards`, {
        dashboardNamePrefix: `${prefix}-${name}`,
        detailDashboardRange: Duration.hours(name === 'service' ? 24 : 3),
      }),
    });
  }

  #service({ suite, functions, queues, api }: DashboardsProps): void {
    const made = Object.values(functions.byName);
    const all = made.map((each) => each.function);
    const serving = made
      .filter(({ record }) => triggersOf(record, 'http').length > 0)
      .map((each) => each.function);
    const groups: CustomMetricGroup[] = [
      {
        title: 'Requests by route and status',
        metrics: [search('Requests', ['Route', 'StatusClass'], serving)],
      },
      {
        title: 'Duration by route, p99, ms',
        metrics: [search('RequestDuration', ['Route'], serving, Stats.percentile(99))],
      },
      { title: 'Computations by outcome', metrics: [search('Computations', ['Outcome'], all)] },
      {
        title: 'Age of computations at their end, p50, ms',
        metrics: [search('ComputationAge', ['Outcome'], all, Stats.percentile(50))],
      },
      { title: 'Parts computed', metrics: [search('PartsComputed', [], all)] },
      ...sourceQueues(suite).map(([name]) => ({
        title: `Seconds that the oldest message of ${name} has waited`,
        metrics: [queues.byName[name]?.metricApproximateAgeOfOldestMessage({ period })].filter(
          (each) => each !== undefined,
        ),
      })),
    ];
    this.#facade('service', suite)
      .addLargeHeader(`${product.title}: the service`)
      .monitorApiGatewayV2HttpApi({ api: api as IHttpApi, humanReadableName: 'API' })
      .monitorCustom({
        humanReadableName: 'Requests and computations',
        alarmFriendlyName: 'service',
        metricGroups: groups,
      });
  }

  #operator({ suite, functions, queues, data, alarms }: DashboardsProps): void {
    const all = Object.entries(functions.byName);
    const each = (metricName: MetricName): Metric[] =>
      all.map(([label, { function: lambda }]) => functionMetric(metricName, lambda, { label, period }));
    const engine: CustomMetricGroup[] = [
      {
        title: 'What the sweeper did',
        metrics: [
          search(
            'Sweeps',
            ['Action'],
            all.map(([, made]) => made.function),
          ),
        ],
      },
      ...Object.keys(suite.queues).flatMap((name) => this.#messages(name, suite, functions)),
      { title: 'Breakers opened', metrics: each('BreakerOpened') },
      { title: 'Breakers closed again', metrics: each('BreakerClosed') },
      { title: 'Cold starts', metrics: each('ColdStarts') },
      { title: 'Responses from the cache', metrics: each('ResponsesFromCache') },
    ];
    const facade = this.#facade('operator', suite)
      .addLargeHeader(`${product.title}: operations. What to do is in docs/runbook.md`)
      .addWidget(
        new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms.byId.values()], width: 24, height: 5 }),
      )
      .monitorCustom({ humanReadableName: 'Engine', alarmFriendlyName: 'engine', metricGroups: engine });
    for (const [name, { deadLetterQueue }] of sourceQueues(suite)) {
      const [queue, letters] = [queues.byName[name], queues.byName[deadLetterQueue]];
      if (queue === undefined || letters === undefined) continue;
      facade.monitorSqsQueueWithDlq({
        queue,
        deadLetterQueue: letters,
        humanReadableName: `Queue ${name} and its dead letters`,
      });
    }
    for (const [name, table] of Object.entries(data.tables))
      facade.monitorDynamoTable({ table: table as ITable, humanReadableName: `Table ${name}` });
    for (const [name, { function: lambdaFunction }] of all)
      facade.monitorLambdaFunction({ lambdaFunction, humanReadableName: name });
  }

  /** What became of the messages of a queue. */
  #messages(name: string, suite: Suite, functions: Functions): CustomMetricGroup[] {
    const lambda = functions.byName[consumerOf(suite, name)?.[0] ?? '']?.function;
    if (lambda === undefined) return [];
    const metric = (metricName: MetricName, label: string) =>
      functionMetric(metricName, lambda, { label, period });
    return [
      {
        title: `Messages of ${name}`,
        metrics: [
          metric('Messages', 'all'),
          metric('MessagesFailed', 'failed'),
          metric('MessagesRetried', 'retried'),
        ],
      },
    ];
  }
}
