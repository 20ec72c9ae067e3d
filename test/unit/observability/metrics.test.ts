import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sqsHandler } from '../../../functions/lib/events/sqs-handler.ts';
import { observeEngine } from '../../../functions/lib/observability/engine.ts';
import { metricFields } from '../../../functions/lib/observability/metrics.ts';
import { createCircuit } from '../../../functions/lib/resilience/circuit.ts';
import { lambdaContext, sqsEvent } from '../../support/events.ts';
import { captureLog } from '../../support/log.ts';

let log: ReturnType<typeof captureLog>;
beforeEach(() => {
  log = captureLog();
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'worker-1');
  vi.stubEnv('SERVICE_NAME', 'Shop');
});
afterEach(() => {
  log.restore();
  vi.unstubAllEnvs();
});

interface Directive {
  Namespace: string;
  Dimensions: string[][];
  Metrics: { Name: string; Unit: string }[];
}

/** The metrics that CloudWatch would find in a line: `name unit value {dimensions}`. */
const found = (line: { _aws: { CloudWatchMetrics: Directive[] } } & Record<string, unknown>) =>
  line._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Metrics.flatMap(({ Name, Unit }) =>
      Dimensions.map((names) => {
        const values = names.map((name) => `${name}=${line[name]}`).join(' ');
        return `${Namespace} ${Name} ${line[Name]} ${Unit} ${values}`;
      }),
    ),
  );

describe('a log line with metrics', () => {
  test('has the function and the dimensions of its own measurement for each value', () => {
    observeEngine({ event: 'finished', id: 'a', status: 'succeeded', ageMs: 1_500 });
    expect(found(log.lines[0])).toEqual([
      'Shop Computations 1 Count FunctionName=worker-1 Outcome=succeeded',
      'Shop ComputationAge 1500 Milliseconds FunctionName=worker-1 Outcome=succeeded',
    ]);
    const two = metricFields(
      { by: { Route: 'GET /a' }, values: { Requests: 1 } },
      { values: { ColdStarts: 0 } },
    ) as Parameters<typeof found>[0];
    expect(found(two)).toEqual([
      'Shop Requests 1 Count FunctionName=worker-1 Route=GET /a',
      'Shop ColdStarts 0 Count FunctionName=worker-1',
    ]);
  });

  test('has the time in milliseconds', () => {
    const before = Date.now();
    observeEngine({ event: 'swept', id: 'a', action: 'sent' });
    expect(log.lines[0]._aws.Timestamp).toBeGreaterThanOrEqual(before);
    expect(log.lines[0]._aws.Timestamp).toBeLessThanOrEqual(Date.now());
  });
});

describe('the metrics', () => {
  test.each([
    [
      'count a visit of the sweeper, by its action',
      () => observeEngine({ event: 'swept', id: 'a', action: 'sent' }),
      'Sweeps 1 Count FunctionName=worker-1 Action=sent',
    ],
  ])('%s', (_, happen, expected) => {
    happen();
    expect(log.lines.flatMap(found)).toEqual([`Shop ${expected}`]);
  });

  test('count a circuit that opens, and one that closes', async () => {
    vi.useFakeTimers();
    const circuit = createCircuit('DynamoDB');
    const broken = Object.assign(new Error(), { $metadata: { httpStatusCode: 500 } });
    for (let n = 0; n < 5; n += 1) await circuit(() => Promise.reject(broken)).catch(() => {});
    expect(log.lines.flatMap(found)).toEqual(['Shop BreakerOpened 1 Count FunctionName=worker-1']);
    vi.advanceTimersByTime(5_000);
    await circuit(async () => {});
    expect(log.lines.slice(1).flatMap(found)).toEqual(['Shop BreakerClosed 1 Count FunctionName=worker-1']);
    vi.useRealTimers();
  });

  test('count computed parts in the line of their message', async () => {
    const compute = async () => {
      for (const id of ['a', 'a']) observeEngine({ event: 'computed', id });
    };
    await sqsHandler(compute)(sqsEvent({ body: '' }), lambdaContext());
    expect(log.lines.flatMap(found)).toContain('Shop PartsComputed 2 Count FunctionName=worker-1');
    expect(log.lines).toHaveLength(1);
  });

  test('count messages, those that failed, and those that were received before', async () => {
    const fail = () => Promise.reject(new Error());
    await sqsHandler(fail)(
      sqsEvent({ body: '', receiveCount: 1 }, { body: '', receiveCount: 2 }),
      lambdaContext(),
    );
    const names = log.lines.map((line) => found(line).filter((metric) => metric.includes('Messages')));
    const counted = ['Messages 1', 'MessagesFailed 1', 'MessagesRetried 1'].map(
      (metric) => `Shop ${metric} Count FunctionName=worker-1`,
    );
    expect(names).toEqual([counted.slice(0, 2), counted]);
  });

  test('count no split, because its message has a line already', () => {
    observeEngine({ event: 'split', id: 'a', sent: 10 });
    expect(log.lines).toEqual([]);
  });
});
