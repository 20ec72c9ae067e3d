import { describe, expect, onTestFinished, test } from 'vitest';
import { readStack } from '../../infra/local/cloudformation/stack.ts';
import type { Template } from '../../infra/local/cloudformation/template.ts';
import { apiGatewayApi } from '../../infra/local/resources/api-gateway-api.ts';
import { eventsRule } from '../../infra/local/resources/events-rule.ts';
import { lambdaEventSourceMapping } from '../../infra/local/resources/lambda-event-source-mapping.ts';
import { lambdaFunction } from '../../infra/local/resources/lambda-function.ts';
import { resourceTypes } from '../../infra/local/resources/registry.ts';
import { sqsQueue } from '../../infra/local/resources/sqs-queue.ts';
import { api, everything, lambda, mapping, permission, queue, type Resources, synthesize } from './stacks.ts';

const input = {
  place: { stackName: 'Test', region: 'us-east-1', accountId: '000000000000' },
  url: 'http://127.0.0.1:1',
  endpoints: new Map([['sqs', 'http://127.0.0.1:2']]),
  types: resourceTypes,
  label: (logicalId: string, output: string | undefined) => output ?? logicalId,
};

const read = async (resources: Resources, rest: Partial<Template> = {}) => {
  const { assetManifestFile, remove } = await synthesize(resources, rest);
  onTestFinished(remove);
  const template = { ...rest, Resources: { ...everything, ...resources } };
  return readStack({ ...input, template, assetManifestFile });
};

const handler = 'export const handler = async () => {};';

const echo = lambda(handler);
const rule = (properties: Record<string, unknown>, target: Record<string, unknown> = {}): Resources => ({
  Echo: echo,
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: {
      ScheduleExpression: 'rate(1 minute)',
      Targets: [{ Id: 'T', Arn: { 'Fn::GetAtt': ['Echo', 'Arn'] }, ...target }],
      ...properties,
    },
  },
});

describe('a stack', () => {
  test('connects its resources by their names', async () => {
    const stack = await read({
      Work: queue({ VisibilityTimeout: 60 }),
      Worker: lambda(handler, {
        MemorySize: 256,
        Timeout: 9,
        ReservedConcurrentExecutions: 3,
        Environment: { Variables: { QUEUE: { Ref: 'Work' }, API: { 'Fn::GetAtt': ['Api', 'ApiEndpoint'] } } },
      }),
      Mapping: mapping('Work', 'Worker', { BatchSize: 4, ScalingConfig: { MaximumConcurrency: 5 } }),
      ...api(
        { 'GET /a': 'Worker', 'GET /b': 'Worker' },
        {
          stage: {
            DefaultRouteSettings: { ThrottlingRateLimit: 10, ThrottlingBurstLimit: 20 },
            RouteSettings: { 'GET /b': { ThrottlingRateLimit: 1 } },
          },
        },
      ),
    });

    const [functions, queues] = [stack.all(lambdaFunction), stack.all(sqsQueue)];
    expect(functions).toMatchObject([
      {
        name: 'Test-Worker',
        arn: 'arn:aws:lambda:us-east-1:000000000000:function:Test-Worker',
        memoryMegabytes: 256,
        timeoutSeconds: 9,
        reservedConcurrency: 3,
        environment: { QUEUE: 'http://127.0.0.1:2/000000000000/Test-Work', API: 'http://127.0.0.1:1' },
      },
    ]);
    expect(queues).toMatchObject([{ name: 'Test-Work', attributes: { VisibilityTimeout: '60' } }]);
    expect(stack.all(lambdaEventSourceMapping)).toMatchObject([
      { queue: queues[0], function: functions[0], batchSize: 4, maximumConcurrency: 5 },
    ]);
    expect(stack.all(apiGatewayApi)[0]?.routes).toMatchObject([
      { key: 'GET /a', function: functions[0], throttling: { ratePerSecond: 10, burst: 20 } },
      { key: 'GET /b', function: functions[0], throttling: { ratePerSecond: 1, burst: 20 } },
    ]);
  });

  test('uses the names that the template gives', async () => {
    const stack = await read({
      Work: queue({ QueueName: 'work' }),
      Worker: lambda(handler, { FunctionName: { 'Fn::Join': ['-', ['worker', { Ref: 'AWS::Region' }]] } }),
    });

    expect([...stack.all(sqsQueue), ...stack.all(lambdaFunction)].map(({ name }) => name)).toEqual([
      'work',
      'worker-us-east-1',
    ]);
  });

  test('leaves out what its conditions leave out', async () => {
    const stack = await read(
      { Yes: { ...queue(), Condition: 'Here' }, No: { ...queue(), Condition: 'There' } },
      {
        Conditions: {
          Here: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] },
          There: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] },
        },
      },
    );

    expect(stack.all(sqsQueue).map(({ logicalId }) => logicalId)).toEqual(['Yes']);
  });

  test('reads the input of a schedule as JSON in one line', async () => {
    const stack = await read({
      ...rule({}, { Input: '{\n  "mine": 1\n}' }),
      Allowed: permission('Echo', 'events.amazonaws.com'),
    });

    expect(stack.all(eventsRule)[0]?.targets[0]?.input).toBe('{"mine":1}');
  });

  test('gives the label of a resource the output that refers to it', async () => {
    const stack = await read(
      { Fn1: lambda(handler) },
      { Outputs: { DeadLettersFunction: { Value: { Ref: 'Fn1' } } } },
    );

    expect(stack.all(lambdaFunction)[0]?.label).toBe('DeadLettersFunction');
    expect(stack.outputs()).toMatchObject({ DeadLettersFunction: 'Test-Fn1' });
  });

  test('does not read what changes nothing here', async () => {
    const stack = await read({
      Deployer: { Type: 'AWS::IAM::Role', Properties: { Anything: { 'Fn::ImportValue': 'x' } } },
      Echo: lambda(handler, { Architectures: ['arm64'], RecursiveLoop: 'Allow' }),
    });

    expect(stack.all(lambdaFunction)).toMatchObject([{ name: 'Test-Echo' }]);
  });
});

describe('a stack is refused with a sentence for', () => {
  const routed = api({ 'GET /': 'Echo' });
  const route = (properties: Record<string, unknown>): Resources => ({
    Echo: echo,
    ...routed,
    Route0: {
      ...routed.Route0,
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: { ...routed.Route0?.Properties, ...properties },
    },
  });

  test.each<[string, Resources, string]>([
    [
      'a type',
      { Topic: { Type: 'AWS::SNS::Topic' } },
      'Topic: the local platform does not understand resources of type AWS::SNS::Topic.',
    ],
    [
      'a property',
      { Echo: lambda(handler, { VpcConfig: { SubnetIds: [] } }) },
      'Echo (AWS::Lambda::Function): the local platform does not understand VpcConfig.',
    ],
    [
      'a property inside another',
      { Work: queue(), Echo: echo, M: mapping('Work', 'Echo', { ScalingConfig: { Minimum: 1 } }) },
      'M.ScalingConfig (AWS::Lambda::EventSourceMapping): the local platform does not understand Minimum.',
    ],
    [
      'an authorizer that is a function',
      route({ AuthorizationType: 'CUSTOM', AuthorizerId: 'a' }),
      'Route0.AuthorizationType (AWS::ApiGatewayV2::Route): the local platform cannot run this:',
    ],
    [
      'an authorizer that is not there',
      route({ AuthorizationType: 'JWT', AuthorizerId: 'a' }),
      'Route0.AuthorizerId: there is no authorizer a.',
    ],
    ['a FIFO queue', { Work: queue({ FifoQueue: true }) }, 'does not understand FifoQueue.'],
    ['a stage with a name', { Echo: echo, ...api({}, { stage: { StageName: 'v1' } }) }, 'Stage.StageName'],
    ['an event pattern', rule({ EventPattern: { source: ['a'] } }), 'does not understand EventPattern.'],
    [
      'an input that is no JSON',
      { ...rule({}, { Input: '{mine}' }), Allowed: permission('Echo', 'events.amazonaws.com') },
      'Rule.Targets.Input: EventBridge takes only JSON, not {mine}.',
    ],
    [
      'another runtime',
      { Echo: lambda(handler, { Runtime: 'nodejs22.x' }) },
      'Echo.Runtime is nodejs22.x, but',
    ],
    [
      'a mapping of something else',
      { Echo: echo, M: mapping('Work', 'Echo', { EventSourceArn: 'arn:aws:kinesis:x' }) },
      'M: arn:aws:kinesis:x is no queue of this stack.',
    ],
    [
      "a visibility timeout below the function's, which Lambda refuses",
      {
        Work: queue({ VisibilityTimeout: 5 }),
        Echo: lambda(handler, { Timeout: 6 }),
        M: mapping('Work', 'Echo'),
      },
      'M: the visibility timeout of Work (5 s) is less than the timeout of Echo (6 s), which Lambda refuses.',
    ],
    [
      'a route that may not invoke its function',
      { Echo: echo, ...routed, EchoPermission: permission('Echo', 'events.amazonaws.com') },
      'Route0: no AWS::Lambda::Permission lets apigateway.amazonaws.com invoke Test-Echo.',
    ],
    [
      'a schedule that may not invoke its function',
      rule({}),
      'Rule: no AWS::Lambda::Permission lets events.amazonaws.com invoke Test-Echo.',
    ],
  ])('%s', async (_, resources, message) => {
    await expect(read(resources)).rejects.toThrow(message);
  });

  test('code that was not synthesized', async () => {
    const missing = { ...echo, Properties: { ...echo.Properties, Code: { S3Bucket: 'assets', S3Key: 'x' } } };
    const readMissing = async () => {
      const { assetManifestFile, remove } = await synthesize({});
      onTestFinished(remove);
      return readStack({
        ...input,
        template: { Resources: { ...everything, Echo: missing } },
        assetManifestFile,
      });
    };

    await expect(readMissing()).rejects.toThrow('Echo.Code: the asset x was not synthesized.');
  });

  test.each(['constructor', 'toString', '__proto__'])('a type that is called %s', async (Type) => {
    await expect(read({ Odd: { Type } })).rejects.toThrow(
      `Odd: the local platform does not understand resources of type ${Type}.`,
    );
  });

  test.each(['constructor', 'toString', 'valueOf'])('a property that is called %s', async (name) => {
    await expect(read({ Work: queue({ [name]: 1 }) })).rejects.toThrow(`does not understand ${name}.`);
  });
});
