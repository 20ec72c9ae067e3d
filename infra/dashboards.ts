import { Duration } from 'aws-cdk-lib';
import type { HttpApi, IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { AlarmStatusWidget, MathExpression, type Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { type CustomMetricGroup, DefaultDashboardFactory, MonitoringFacade } from 'cdk-monitoring-constructs';
import { Construct } from 'constructs';
import type { DimensionName, MetricName } from '../functions/lib/observability/metrics.ts';
import type { Alarms } from './alarms.ts';
import type { Data } from './data.ts';
import type { Functions } from './functions.ts';
import { metricsNamespace, spillwayMetric } from './metrics.ts';
import type { Queues } from './queues.ts';
import type { Stage } from './stages.ts';

export interface DashboardsProps {
  readonly stage: Stage;
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
  const schema = [metricsNamespace, 'FunctionName', ...dimensions].join(',');
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

  #facade(name: 'service' | 'operator', stage: Stage): MonitoringFacade {
    return new MonitoringFacade(this, name, {
      metricFactoryDefaults: { namespace: metricsNamespace },
      alarmFactoryDefaults: { actionsEnabled: false, alarmNamePrefix: `spillway-${stage}` }, // alarms are in alarms.ts
      dashboardFactory: new DefaultDashboardFactory(this, `${name} dashboards`, {
        dashboardNamePrefix: `spillway-${stage}-${name}`,
        detailDashboardRange: Duration.hours(name === 'service' ? 24 : 3),
      }),
    });
  }

  #service({ stage, functions, queues, api }: DashboardsProps): void {
    const { items, computations, worker, service } = functions.byName;
    const reads = functions.byName['computation-reads'];
    const serving = [items, computations, reads, service].map((each) => each.function);
    const settling = (['worker', 'dead-letters', 'sweeper', 'computations'] as const).map(
      (name) => functions.byName[name].function,
    );
    const groups: CustomMetricGroup[] = [
      {
        title: 'Requests by route and status',
        metrics: [search('Requests', ['Route', 'StatusClass'], serving)],
      },
      {
        title: 'Duration by route, p99, ms',
        metrics: [search('RequestDuration', ['Route'], serving, Stats.percentile(99))],
      },
      { title: 'Computations by outcome', metrics: [search('Computations', ['Outcome'], settling)] },
      {
        title: 'Age of computations at their end, p50, ms',
        metrics: [search('ComputationAge', ['Outcome'], settling, Stats.percentile(50))],
      },
      { title: 'Parts computed', metrics: [spillwayMetric('PartsComputed', worker.function, { period })] },
      {
        title: 'Seconds that the oldest message has waited',
        metrics: [queues.work.metricApproximateAgeOfOldestMessage({ period })],
      },
    ];
    this.#facade('service', stage)
      .addLargeHeader('Spillway: the service')
      .monitorApiGatewayV2HttpApi({ api: api as IHttpApi, humanReadableName: 'API' })
      .monitorCustom({
        humanReadableName: 'Items and computations',
        alarmFriendlyName: 'service',
        metricGroups: groups,
      });
  }

  #operator({ stage, functions, queues, data, alarms }: DashboardsProps): void {
    const all = Object.entries(functions.byName);
    const each = (
      metricName: 'ColdStarts' | 'BreakerOpened' | 'BreakerClosed' | 'ResponsesFromCache',
    ): Metric[] =>
      all.map(([label, { function: lambda }]) => spillwayMetric(metricName, lambda, { label, period }));
    const engine: CustomMetricGroup[] = [
      {
        title: 'What the sweeper did',
        metrics: [search('Sweeps', ['Action'], [functions.byName.sweeper.function])],
      },
      {
        title: 'Messages',
        metrics: [
          spillwayMetric('Messages', functions.byName.worker.function, { label: 'all', period }),
          spillwayMetric('MessagesFailed', functions.byName.worker.function, { label: 'failed', period }),
          spillwayMetric('MessagesRetried', functions.byName.worker.function, { label: 'retried', period }),
        ],
      },
      {
        title: 'Dead letters, and computations that they failed',
        metrics: [
          spillwayMetric('Messages', functions.byName['dead-letters'].function, { label: 'letters', period }),
          search('Computations', ['Outcome'], [functions.byName['dead-letters'].function]),
        ],
      },
      { title: 'Breakers opened', metrics: each('BreakerOpened') },
      { title: 'Breakers closed again', metrics: each('BreakerClosed') },
      { title: 'Cold starts', metrics: each('ColdStarts') },
      { title: 'Answers from memory', metrics: each('ResponsesFromCache') },
    ];
    const facade = this.#facade('operator', stage)
      .addLargeHeader('Spillway: operations. What to do is in docs/runbook.md')
      .addWidget(
        new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms.byId.values()], width: 24, height: 5 }),
      )
      .monitorSqsQueueWithDlq({
        queue: queues.work,
        deadLetterQueue: queues.deadLetters,
        humanReadableName: 'Work queue and dead letters',
      })
      .monitorCustom({ humanReadableName: 'Engine', alarmFriendlyName: 'engine', metricGroups: engine })
      .monitorDynamoTable({ table: data.items as ITable, humanReadableName: 'Items table' })
      .monitorDynamoTable({ table: data.computations as ITable, humanReadableName: 'Computations table' });
    for (const [name, { function: lambdaFunction }] of all) {
      facade.monitorLambdaFunction({ lambdaFunction, humanReadableName: name });
    }
  }
}
