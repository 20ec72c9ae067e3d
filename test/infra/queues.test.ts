import { describe, expect, test } from 'vitest';
import { stageConfig, stages } from '../../infra/stages.ts';
import { readable, resource, resources, templateOf } from './template.ts';

const template = templateOf('dev');
const queue = (id: string) => resource(template, 'AWS::SQS::Queue', id).Properties;
const idOf = (arn: unknown) => readable(arn).replace(/\.Arn$/, '');

describe('the queues', () => {
  test('every queue has a dead-letter queue, except the dead-letter queue itself', () => {
    const letters = resources(template, 'AWS::SQS::Queue').map(({ id, Properties }) => [
      id,
      Properties.RedrivePolicy && idOf(Properties.RedrivePolicy.deadLetterTargetArn),
    ]);
    expect(Object.fromEntries(letters)).toEqual({
      QueuesWork: 'QueuesDeadLetters',
      QueuesDeadLetters: undefined,
    });
    expect(queue('QueuesWork').RedrivePolicy.maxReceiveCount).toBe(8);
  });

  test('messages are kept 4 days and dead letters 14', () => {
    const day = 24 * 60 * 60;
    expect(queue('QueuesWork').MessageRetentionPeriod).toBe(4 * day);
    expect(queue('QueuesDeadLetters').MessageRetentionPeriod).toBe(14 * day);
  });

  test('every queue is encrypted and refuses a connection that is not', () => {
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

describe.each(stages)('what feeds a function from a queue in %s', (stage) => {
  const staged = templateOf(stage);
  const mappings = resources(staged, 'AWS::Lambda::EventSourceMapping').map(({ Properties }) => ({
    Properties,
    queue: resource(staged, 'AWS::SQS::Queue', idOf(Properties.EventSourceArn)),
    function: fed(staged, Properties.FunctionName),
  }));

  test('every queue is read by the one function that it is for', () => {
    expect(Object.fromEntries(mappings.map((each) => [each.queue.id, each.function.id]))).toEqual({
      QueuesWork: 'FunctionsworkerFunction',
      QueuesDeadLetters: 'FunctionsdeadlettersFunction',
    });
  });

  test('a message stays invisible for at least six times the time that its function may take', () => {
    for (const each of mappings) {
      const timeout = each.function.Properties.Timeout;
      expect(each.queue.Properties.VisibilityTimeout).toBeGreaterThanOrEqual(6 * timeout);
    }
  });

  test('one bad message fails alone, and concurrency is bounded', () => {
    const { mappings: bounds } = stageConfig(stage);
    const expected: Record<string, number> = {
      QueuesWork: bounds.worker.maximumConcurrency,
      QueuesDeadLetters: bounds['dead-letters'].maximumConcurrency,
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

describe('the schedule', () => {
  const rule = resource(template, 'AWS::Events::Rule', 'TriggersSweep').Properties;

  test('runs the sweeper every minute', () => {
    expect(rule).toMatchObject({ ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' });
    expect(rule.Targets.map((target: { Arn: unknown }) => idOf(target.Arn))).toEqual([
      'FunctionssweeperFunction',
    ]);
  });

  test('a run that could not start or failed is not repeated: the next one is a minute away', () => {
    expect(rule.Targets[0].RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 });
    const [config, ...others] = resources(template, 'AWS::Lambda::EventInvokeConfig');
    expect(others).toEqual([]);
    expect(config?.Properties).toMatchObject({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
    expect(readable(config?.Properties.FunctionName)).toBe('FunctionssweeperFunction');
  });

  test('may invoke the sweeper, and nothing else but the API may invoke anything', () => {
    const byRule = resources(template, 'AWS::Lambda::Permission').filter(
      ({ Properties }) => Properties.Principal !== 'apigateway.amazonaws.com',
    );
    expect(
      byRule.map(({ Properties }) => [
        idOf(Properties.FunctionName),
        Properties.Principal,
        idOf(Properties.SourceArn),
      ]),
    ).toEqual([['FunctionssweeperFunction', 'events.amazonaws.com', 'TriggersSweep']]);
  });
});
