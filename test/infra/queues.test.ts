import { describe, expect, test } from 'vitest';
import { shopStageNames } from './fixture.ts';
import { readable, resource, resources, templateOf } from './template.ts';

const template = templateOf('dev');
const queue = (id: string) => resource(template, 'AWS::SQS::Queue', id).Properties;
const idOf = (arn: unknown) => readable(arn).replace(/\.Arn$/, '');

describe('the queues', () => {
  test('move messages to their dead-letter queue after the receives of their record', () => {
    const letters = resources(template, 'AWS::SQS::Queue').map(({ id, Properties }) => [
      id,
      Properties.RedrivePolicy && idOf(Properties.RedrivePolicy.deadLetterTargetArn),
    ]);
    expect(Object.fromEntries(letters)).toEqual({
      QueuesParcels: 'QueuesLostParcels',
      QueuesLostParcels: undefined,
    });
    expect(queue('QueuesParcels').RedrivePolicy.maxReceiveCount).toBe(8);
  });

  test('keep messages for the days of their record', () => {
    const day = 24 * 60 * 60;
    expect(queue('QueuesParcels').MessageRetentionPeriod).toBe(4 * day);
    expect(queue('QueuesLostParcels').MessageRetentionPeriod).toBe(14 * day);
  });

  test('are encrypted and refuse a connection that is not', () => {
    const refused = resources(template, 'AWS::SQS::QueuePolicy').flatMap(({ Properties }) => {
      const [statement] = Properties.PolicyDocument.Statement;
      expect(statement).toMatchObject({
        Effect: 'Deny',
        Action: 'sqs:*',
        Principal: { AWS: '*' },
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      });
      expect(Properties.Queues.map(readable)).toEqual([idOf(statement.Resource)]);
      return Properties.Queues.map(readable);
    });
    const queues = resources(template, 'AWS::SQS::Queue');
    expect(refused.sort()).toEqual(queues.map(({ id }) => id).sort());
    for (const { Properties } of queues) expect(Properties.SqsManagedSseEnabled).toBe(true);
  });
});

/** The function that a mapping feeds, directly or through its alias. */
const fed = (staged: ReturnType<typeof templateOf>, reference: unknown) => {
  const id = idOf(reference);
  const [alias] = resources(staged, 'AWS::Lambda::Alias').filter((each) => each.id === id);
  const target = alias ? readable(alias.Properties.FunctionName) : id;
  return resource(staged, 'AWS::Lambda::Function', target);
};

describe.each(shopStageNames)('an event source mapping in %s', (stage) => {
  const staged = templateOf(stage);
  const mappings = resources(staged, 'AWS::Lambda::EventSourceMapping').map(({ Properties }) => ({
    Properties,
    queue: resource(staged, 'AWS::SQS::Queue', idOf(Properties.EventSourceArn)),
    function: fed(staged, Properties.FunctionName),
  }));

  test('feeds the function of its record', () => {
    expect(Object.fromEntries(mappings.map((each) => [each.queue.id, each.function.id]))).toEqual({
      QueuesParcels: 'FunctionspackerFunction',
      QueuesLostParcels: 'FunctionslostandfoundFunction',
    });
  });

  test('has a queue that hides a message for six times the timeout of the function', () => {
    for (const each of mappings) {
      expect(each.queue.Properties.VisibilityTimeout).toBe(6 * each.function.Properties.Timeout);
    }
  });

  test('lets one bad message fail alone, and bounds the concurrency as the stage says', () => {
    const expected: Record<string, number> = {
      QueuesParcels: stage === 'prod' ? 400 : 5,
      QueuesLostParcels: 2,
    };
    for (const each of mappings) {
      expect(each.Properties).toMatchObject({
        BatchSize: 1,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: expected[each.queue.id] },
      });
    }
  });
});

describe('a schedule', () => {
  const rule = resource(template, 'AWS::Events::Rule', 'TriggersCashier').Properties;

  test('runs its function at the interval and with the event of its record', () => {
    expect(rule).toMatchObject({ ScheduleExpression: 'rate(5 minutes)', State: 'ENABLED' });
    expect(rule.Targets.map((target: { Arn: unknown }) => idOf(target.Arn))).toEqual([
      'FunctionscashierFunction',
    ]);
    expect(JSON.parse(rule.Targets[0].Input)).toEqual({ till: 1 });
  });

  test('does not repeat a run that could not start or failed', () => {
    expect(rule.Targets[0].RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 300, MaximumRetryAttempts: 0 });
    const [config, ...others] = resources(template, 'AWS::Lambda::EventInvokeConfig');
    expect(others).toEqual([]);
    expect(config?.Properties).toMatchObject({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 300 });
    expect(readable(config?.Properties.FunctionName)).toBe('FunctionscashierFunction');
  });

  test('may invoke its function, and nothing else but the API may invoke anything', () => {
    const byRule = resources(template, 'AWS::Lambda::Permission').filter(
      ({ Properties }) => Properties.Principal !== 'apigateway.amazonaws.com',
    );
    expect(
      byRule.map(({ Properties }) => [
        idOf(Properties.FunctionName),
        Properties.Principal,
        idOf(Properties.SourceArn),
      ]),
    ).toEqual([['FunctionscashierFunction', 'events.amazonaws.com', 'TriggersCashier']]);
  });
});
