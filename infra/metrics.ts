import type { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { DimensionName, MetricName } from '../functions/lib/observability/metrics.ts';
import { product } from '../functions/product.ts';

interface MetricOptions {
  /** What tells the values apart besides the function, exactly as the function sends it. */
  readonly by?: Partial<Record<DimensionName, string>>;
  readonly period?: Duration;
  /** The sum unless given. */
  readonly statistic?: string;
  readonly label?: string;
}

/** A metric that a function sends with its log lines. */
export const functionMetric = (
  metricName: MetricName,
  { functionName }: LambdaFunction,
  { by = {}, statistic = Stats.SUM, ...options }: MetricOptions = {},
): Metric =>
  new Metric({
    namespace: product.title,
    metricName,
    dimensionsMap: { FunctionName: functionName, ...by },
    statistic,
    ...options,
  });
