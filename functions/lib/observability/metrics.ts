import { functionName, serviceName } from '../environment.ts';

/** Every metric that a function sends, and its unit. */
const units = {
  Requests: 'Count',
  /** Of the handler only: without the start of an instance and without API Gateway. */
  RequestDuration: 'Milliseconds',
  ColdStarts: 'Count',
  /** Answers from the response cache, without a request to DynamoDB. */
  ResponsesFromCache: 'Count',
  Messages: 'Count',
  MessagesFailed: 'Count',
  /** Messages that were received before: their worker failed or crashed, or somebody sent them back. */
  MessagesRetried: 'Count',
  PartsComputed: 'Count',
  Computations: 'Count',
  /** From submission to end. */
  ComputationAge: 'Milliseconds',
  Sweeps: 'Count',
  /** Counts each time that a circuit breaker opens. */
  BreakerOpened: 'Count',
  /** Counts each time that it closes again. */
  BreakerClosed: 'Count',
} as const;

export type MetricName = keyof typeof units;

/** The dimensions that a metric may have besides `FunctionName`. */
export type DimensionName = 'Route' | 'StatusClass' | 'Outcome' | 'Action';

/** Values of one moment that share their dimensions. */
export interface Measurement {
  /** Dimensions besides `FunctionName`. */
  readonly by?: Partial<Record<DimensionName, string>>;
  readonly values: Partial<Record<MetricName, number>>;
}

/**
 * Members of a log line that make CloudWatch record metrics (embedded metric format): a metric costs no call, and the
 * line behind a value can be found. Every combination of dimensions that occurs is a metric that is billed.
 * Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const metricFields = (...measurements: readonly Measurement[]): object => {
  const members: Record<string, unknown> = { FunctionName: functionName() };
  const directives = measurements.map(({ by = {}, values }) => {
    Object.assign(members, by, values);
    return {
      Namespace: serviceName(),
      Dimensions: [['FunctionName', ...Object.keys(by)]],
      Metrics: Object.keys(values).map((name) => ({ Name: name, Unit: units[name as MetricName] })),
    };
  });
  members._aws = { Timestamp: Date.now(), CloudWatchMetrics: directives };
  return members;
};
