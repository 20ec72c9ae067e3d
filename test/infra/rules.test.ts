import { App, Duration, Stack } from 'aws-cdk-lib';
import { CfnAuthorizer, CfnRoute, HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Alarm, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  Alias,
  CfnPermission,
  Code,
  EventSourceMapping,
  type IFunction,
  type IVersion,
  Function as LambdaFunction,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, test } from 'vitest';
import cdk from '../../cdk.json' with { type: 'json' };
import { holdToRules } from '../../infra/rules.ts';
import { inFolder } from './template.ts';

/** Synthesizes a stack that holds what `add` adds; the rules that it breaks, or nothing. */
const broken = (add: (stack: Stack) => void, alarms = true): string =>
  inFolder((outdir) => {
    const app = new App({
      outdir,
      context: { ...cdk.context, '@aws-cdk/aws-lambda:useCdkManagedLogGroup': false },
      builtinCloudFormationValidation: false,
    });
    const stack = new Stack(app, 'Stack');
    holdToRules(stack, { alarms, publicRoutes: new Set(['GET /health']) });
    add(stack);
    try {
      app.synth();
      return '';
    } catch (error) {
      return String(error);
    }
  });

const watch = (stack: Stack, metric: IMetric) =>
  new Alarm(stack, `Alarm${stack.node.children.length}`, { metric, threshold: 1, evaluationPeriods: 1 });

interface Parts {
  alarm?: boolean;
  logs?: LogGroup | null;
}

const aFunction = (stack: Stack, { alarm = true, logs = logsOf(stack) }: Parts = {}): LambdaFunction => {
  const made = new LambdaFunction(stack, 'Function', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('export const handler = () => {};'),
    timeout: Duration.seconds(10),
    ...(logs && { logGroup: logs }),
  });
  if (alarm) watch(stack, made.metricErrors());
  return made;
};
const logsOf = (stack: Stack, retention = 7) => new LogGroup(stack, 'Logs', { retention });

const aQueue = (stack: Stack, seconds = 60, alarm = true): Queue => {
  const queue = new Queue(stack, 'DeadLetters');
  if (alarm) watch(stack, queue.metricNumberOfMessagesReceived());
  return new Queue(stack, 'Queue', {
    deadLetterQueue: { queue, maxReceiveCount: 3 },
    visibilityTimeout: Duration.seconds(seconds),
  });
};

const aMapping = (
  stack: Stack,
  queue: Queue,
  change: object = {},
  target: LambdaFunction | Alias = aFunction(stack),
) =>
  new EventSourceMapping(stack, 'Mapping', {
    target: target as IFunction,
    eventSourceArn: queue.queueArn,
    maxConcurrency: 2,
    reportBatchItemFailures: true,
    ...change,
  });

const aRoute = (stack: Stack, routeKey: string, authorizer = true) => {
  const { apiId } = new HttpApi(stack, 'Api', { createDefaultStage: false });
  if (authorizer) new CfnAuthorizer(stack, 'Authorizer', { apiId, name: 'tokens', authorizerType: 'JWT' });
  new CfnRoute(stack, 'Route', { apiId, routeKey, authorizationType: 'NONE' });
};

describe('a stack is synthesized', () => {
  test('that keeps the rules', () => {
    expect(broken((stack) => aMapping(stack, aQueue(stack)))).toBe('');
  });

  test('whose mapping feeds an alias', () => {
    const feed = (stack: Stack, seconds: number) => {
      const version = aFunction(stack).currentVersion as IVersion;
      aMapping(stack, aQueue(stack, seconds), {}, new Alias(stack, 'Live', { aliasName: 'live', version }));
    };
    expect(broken((stack) => feed(stack, 60))).toBe('');
    expect(broken((stack) => feed(stack, 59))).toContain('hides a message for 59 s');
  });

  test('without alarms where the stage has none', () => {
    expect(broken((stack) => aFunction(stack, { alarm: false }), false)).toBe('');
    expect(broken((stack) => aQueue(stack, 60, false), false)).toBe('');
  });

  test('whose public routes are those of operations without a scope', () => {
    expect(broken((stack) => aRoute(stack, 'GET /health'))).toBe('');
  });
});

describe('the synthesis fails for', () => {
  test.each<[string, (stack: Stack) => void, string]>([
    ['a function without an alarm', (stack) => aFunction(stack, { alarm: false }), 'needs an alarm'],
    [
      'a function that makes its own log group, which forgets nothing',
      (stack) => aFunction(stack, { logs: null }),
      'needs a log group',
    ],
    [
      'a function whose log group forgets nothing',
      (stack) => aFunction(stack, { logs: logsOf(stack, Number.POSITIVE_INFINITY) }),
      'needs a log group',
    ],
    [
      'a mapping without a maximum concurrency',
      (stack) => aMapping(stack, aQueue(stack), { maxConcurrency: undefined }),
      'needs a maximum concurrency',
    ],
    [
      'a mapping without partial batch responses',
      (stack) => aMapping(stack, aQueue(stack), { reportBatchItemFailures: false }),
      'needs partial batch responses',
    ],
    [
      'a queue that shows a message again too soon',
      (stack) => aMapping(stack, aQueue(stack, 59)),
      'hides a message for 59 s, which is less than six times the 10 s',
    ],
    [
      'a queue without a dead-letter queue',
      (stack) => new Queue(stack, 'Queue'),
      'needs a dead-letter queue',
    ],
    [
      'a dead-letter queue without an alarm',
      (stack) => aQueue(stack, 60, false),
      'dead-letter queue needs an alarm',
    ],
    [
      'a route that needs no token and is not on the list',
      (stack) => aRoute(stack, 'GET /items'),
      'GET /items needs',
    ],
    ['an API without an authorizer', (stack) => aRoute(stack, 'GET /health', false), 'needs an authorizer'],
    ['a function with a URL of its own', (stack) => aFunction(stack).addFunctionUrl(), 'never by a URL'],
    [
      'a function that everybody may invoke',
      (stack) =>
        new CfnPermission(stack, 'Permission', {
          action: 'lambda:InvokeFunction',
          functionName: 'f',
          principal: '*',
        }),
      'everybody may invoke',
    ],
    [
      'a topic that everybody may publish to',
      (stack) =>
        new Topic(stack, 'Topic').addToResourcePolicy(
          new PolicyStatement({
            principals: [new AnyPrincipal()],
            actions: ['sns:Publish'],
            resources: ['*'],
          }),
        ),
      'everybody in the world',
    ],
  ])('%s', (_, add, reason) => {
    expect(broken(add)).toContain(reason);
  });
});
