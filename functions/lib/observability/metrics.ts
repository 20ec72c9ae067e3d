import { functionName } from '../environment.ts';

/** Where CloudWatch keeps the metrics of this suite. */
export const metricNamespace = 'Spillway';

/** Every metric that a function sends, and its unit. */
const units = {
  Requests: 'Count',
  /** Without the start of an instance and without API Gateway. */
  RequestDuration: 'Milliseconds',
  ColdStarts: 'Count',
  /** Answers that DynamoDB was not asked for. */
  ResponsesFromCache: 'Count',
  Messages: 'Count',
  MessagesFailed: 'Count',
  /** Received before: the first time its worker failed or crashed, or somebody sent it back. */
  MessagesRetried: 'Count',
  PartsComputed: 'Count',
  Computations: 'Count',
  /** From its submission to its end. */
  ComputationAge: 'Milliseconds',
  Sweeps: 'Count',
  /** Once each time that a circuit breaker opens. */
  BreakerOpened: 'Count',
  /** Once each time that it closes again. */
  BreakerClosed: 'Count',
} as const;

export type MetricName = keyof typeof units;

/** What tells apart the values of one metric, besides the function. */
export type DimensionName = 'Route' | 'StatusClass' | 'Outcome' | 'Action';

/** Values of one moment, and what tells them apart besides the function. */
export interface Measurement {
  readonly by?: Partial<Record<DimensionName, string>>;
  readonly values: Partial<Record<MetricName, number>>;
}

/**
 * Members of a log line that make CloudWatch count it (embedded metric format): a metric costs no call, and the
 * line behind a value can be found. Every combination of dimensions that occurs is a metric that is paid for.
 * Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const metricFields = (...measurements: readonly Measurement[]): object => {
  const members: Record<string, unknown> = { FunctionName: functionName() };
  const directives = measurements.map(({ by = {}, values }) => {
    Object.assign(members, by, values);
    return {
      Namespace: metricNamespace,
      Dimensions: [['FunctionName', ...Object.keys(by)]],
      Metrics: Object.keys(values).map((name) => ({ Name: name, Unit: units[name as MetricName] })),
    };
  });
  members._aws = { Timestamp: Date.now(), CloudWatchMetrics: directives };
  return members;
};
