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
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { AlarmTopic } from './alarm-topic.ts';
import type { FunctionName } from './bundle/build.ts';
import type { Data } from './data.ts';
import type { Functions } from './functions.ts';
import { spillwayMetric } from './metrics.ts';
import type { Queues } from './queues.ts';
import type { AlarmThresholds, Stage } from './stages.ts';

export interface AlarmsProps {
  readonly stage: Stage;
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
    this.#prefix = `spillway-${props.stage}`;
    this.topic = new AlarmTopic(this, 'Topic').topic as ITopic;
    this.#action = new SnsAction(this.topic);

    for (const name of Object.keys(props.functions.byName) as FunctionName[]) this.#function(name, props);
    this.#api(props);
    this.#tables(props);
    this.#queues(props);
    this.#engine(props);
  }

  /** The alarms that speak against a new version of this function. */
  against(name: FunctionName): Alarm[] {
    const ids = [`${name}-errors`, name === 'worker' ? 'worker-failed-messages' : 'api-server-errors'];
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

  #function(name: FunctionName, { functions, thresholds }: AlarmsProps): void {
    const { function: lambda } = functions.byName[name];
    const { errorPercent, p99Milliseconds, throttles } = thresholds.functions[name];
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

  #tables({ data, thresholds }: AlarmsProps): void {
    const tables = { items: data.items, computations: data.computations };
    for (const [name, table] of Object.entries(tables)) {
      for (const way of ['Read', 'Write'] as const) {
        this.#alarm(`${name}-table-${way.toLowerCase()}-throttles`, {
          section: 'table-throttles',
          says: `The table of the ${name} refuses to ${way.toLowerCase()}.`,
          metric: table.metric(`${way}ThrottleEvents`, { statistic: Stats.SUM, period }),
          threshold: thresholds.tables.throttles,
        });
      }
    }
  }

  #queues({ queues, functions, thresholds }: AlarmsProps): void {
    const worker = functions.byName.worker.function;
    this.#alarm('work-queue-age', {
      section: 'work-queue-age',
      says: 'A message has waited too long for a worker.',
      metric: queues.work.metricApproximateAgeOfOldestMessage({ period }),
      threshold: thresholds.work.oldestSeconds,
    });
    this.#alarm('worker-failed-messages', {
      section: 'worker-failed-messages',
      says: 'Messages fail in the worker and are tried again.',
      metric: percentOf(
        spillwayMetric('MessagesFailed', worker),
        spillwayMetric('Messages', worker),
        'failed, %',
      ),
      threshold: thresholds.work.failedPercent,
      periods: twoMinutesOfFive,
    });
    this.#alarm('dead-letters-received', {
      section: 'dead-letters-received',
      says: 'Messages crashed or timed out each time, and their computations failed.',
      metric: queues.deadLetters.metricNumberOfMessagesReceived({ period }),
      threshold: thresholds.deadLetters.received,
    });
    this.#alarm('dead-letters-age', {
      section: 'dead-letters-age',
      says: 'Dead letters wait: their function does not get rid of them.',
      metric: queues.deadLetters.metricApproximateAgeOfOldestMessage({ period }),
      threshold: thresholds.deadLetters.oldestSeconds,
    });
  }

  #engine({ functions, thresholds }: AlarmsProps): void {
    const sweeps = (Action: 'sent' | 'failed', over: Duration) =>
      spillwayMetric('Sweeps', functions.byName.sweeper.function, { by: { Action }, period: over });
    this.#alarm('computations-stuck', {
      section: 'computations-stuck',
      says: 'Computations stop moving and have to be started again.',
      metric: sweeps('sent', Duration.minutes(15)),
      threshold: thresholds.computations.restarted,
    });
    this.#alarm('computations-expired', {
      section: 'computations-expired',
      says: 'Computations did not finish within their maximum age and failed.',
      metric: sweeps('failed', period),
      threshold: thresholds.computations.expired,
    });
    for (const name of ['items', 'computations', 'computation-reads', 'worker'] as const) {
      this.#alarm(`${name}-breaker-open`, {
        section: 'breaker-open',
        says: `${name} stopped calling what it depends on, because the calls fail.`,
        metric: spillwayMetric('BreakerOpened', functions.byName[name].function, { period }),
        threshold: thresholds.breakerOpened,
      });
    }
  }
}
