import { describe, expect, test } from 'vitest';
import type { FunctionName } from '../../infra/bundle/build.ts';
import { stageConfig, stages } from '../../infra/stages.ts';
import { functionNames, functionResource, readable, resource, resources, templateOf } from './template.ts';

const template = templateOf('dev');
const idOf = (name: FunctionName) => `Functions${name.replaceAll('-', '')}`;

describe.each(stages)('every function in %s', (stage) => {
  const staged = templateOf(stage);
  const config = stageConfig(stage);

  test('runs on Node.js 24 and arm64, with the size that the configuration says', () => {
    expect(resources(staged, 'AWS::Lambda::Function')).toHaveLength(functionNames.length);
    for (const name of functionNames) {
      const { memoryMegabytes, timeoutSeconds } = config.functions[name];
      expect(functionResource(staged, name).Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        MemorySize: memoryMegabytes,
        Timeout: timeoutSeconds,
      });
    }
  });

  test('writes to a log group of its own, which forgets after the days that the configuration says', () => {
    const groups = functionNames.map((name) =>
      readable(functionResource(staged, name).Properties.LoggingConfig.LogGroup),
    );
    expect(groups).toEqual(functionNames.map((name) => `${idOf(name)}Logs`));
    const all = resources(staged, 'AWS::Logs::LogGroup');
    expect(all).toHaveLength(functionNames.length + 1); // and the API's
    for (const { Properties, DeletionPolicy } of all) {
      expect(Properties.RetentionInDays).toBe(config.logRetentionDays);
      expect(DeletionPolicy).toBe(stage === 'prod' ? 'Retain' : 'Delete');
    }
  });
});

test('concurrency is reserved in prod only, because a new account has ten in all', () => {
  const reserving = (stage: (typeof stages)[number]) => {
    const staged = templateOf(stage);
    return functionNames.filter(
      (name) => functionResource(staged, name).Properties.ReservedConcurrentExecutions !== undefined,
    );
  };
  expect(reserving('local')).toEqual([]);
  expect(reserving('dev')).toEqual([]);
  expect(reserving('prod')).toEqual(functionNames);
});

test('only the worker may feed itself: without that Lambda stops a sequential computation after sixteen steps', () => {
  const loops = functionNames.map((name) => [
    name,
    functionResource(template, name).Properties.RecursiveLoop,
  ]);
  expect(loops.filter(([, loop]) => loop !== undefined)).toEqual([['worker', 'Allow']]);
});

const environments: Record<FunctionName, Record<string, string>> = {
  items: { ITEMS_TABLE: 'DataItems', RESPONSE_CACHE_BYTES: '16777216', TENANT_CLAIM: 'sub' },
  computations: {
    COMPUTATIONS_TABLE: 'DataComputations',
    WORK_QUEUE_URL: 'QueuesWork',
    TENANT_CLAIM: 'sub',
    RETENTION_DAYS: '14',
    MAX_AGE_SECONDS: '86400',
    SWEEP_AFTER_SECONDS: '120',
    RESPONSE_CACHE_BYTES: '16777216',
    ACTIVE_PER_TENANT: '200',
  },
  'computation-reads': {
    COMPUTATIONS_TABLE: 'DataComputations',
    RESPONSE_CACHE_BYTES: '16777216',
    TENANT_CLAIM: 'sub',
  },
  worker: {
    COMPUTATIONS_TABLE: 'DataComputations',
    WORK_QUEUE_URL: 'QueuesWork',
    ITEMS_TABLE: 'DataItems',
    RETENTION_DAYS: '14',
    MAX_AGE_SECONDS: '86400',
    CHECKPOINT_SECONDS: '20',
  },
  'dead-letters': { COMPUTATIONS_TABLE: 'DataComputations', RETENTION_DAYS: '14' },
  sweeper: {
    COMPUTATIONS_TABLE: 'DataComputations',
    WORK_QUEUE_URL: 'QueuesWork',
    RETENTION_DAYS: '14',
    SWEEP_AFTER_SECONDS: '120',
  },
  service: { STAGE: 'dev', TENANT_CLAIM: 'sub' },
};

test.each(functionNames)('%s is told what it needs and no more', (name) => {
  const variables = Object.entries(functionResource(template, name).Properties.Environment.Variables);
  expect(Object.fromEntries(variables.map(([key, value]) => [key, readable(value)]))).toEqual({
    ...environments[name],
    METRICS_NAMESPACE: 'Spillway',
  });
});

/** What each function may do, besides writing its own log: nothing is allowed that is not in this list. */
const allowed: Record<FunctionName, Record<string, string[]>> = {
  items: {
    'DataItems.Arn': [
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
    ],
  },
  computations: {
    'DataComputations.Arn': [
      'dynamodb:BatchGetItem',
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
    ],
    'DataComputations.Arn/index/active': ['dynamodb:Query'],
    'DataComputations.Arn/index/list': ['dynamodb:Query'],
    'QueuesWork.Arn': ['sqs:SendMessage'],
  },
  'computation-reads': { 'DataComputations.Arn': ['dynamodb:BatchGetItem', 'dynamodb:GetItem'] },
  worker: {
    'DataComputations.Arn': ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem'],
    'DataItems.Arn': ['dynamodb:Query'],
    'QueuesWork.Arn': [
      'sqs:ChangeMessageVisibility',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:ReceiveMessage',
      'sqs:SendMessage',
    ],
  },
  'dead-letters': {
    'DataComputations.Arn': ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem'],
    'QueuesDeadLetters.Arn': ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
  },
  sweeper: {
    'DataComputations.Arn': ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem'],
    'DataComputations.Arn/index/active': ['dynamodb:Query'],
    'QueuesWork.Arn': ['sqs:SendMessage'],
  },
  service: {},
};

/** Actions that AWS can only allow on everything, which is the one reason to be in this list. */
const exemptions: Record<string, string[]> = {
  '*': ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
};

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
}

const list = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/** The actions that a role's statements allow, by resource. */
const grantsOf = (statements: readonly Statement[]): Record<string, string[]> => {
  const grants: Record<string, string[]> = {};
  for (const { Effect, Action, Resource } of statements) {
    expect(Effect).toBe('Allow');
    for (const target of list(Resource).map(readable)) {
      grants[target] = [...(grants[target] ?? []), ...list(Action)].sort();
    }
  }
  return grants;
};

describe('least privilege', () => {
  test.each(functionNames)('%s may do exactly what is listed', (name) => {
    const role = readable(functionResource(template, name).Properties.Role);
    expect(role).toBe(`${idOf(name)}Role.Arn`);
    const { Policies } = resource(template, 'AWS::IAM::Role', `${idOf(name)}Role`).Properties;
    expect(
      grantsOf(
        Policies.flatMap(
          (policy: { PolicyDocument: { Statement: Statement[] } }) => policy.PolicyDocument.Statement,
        ),
      ),
    ).toEqual({
      [`${idOf(name)}Logs.Arn`]: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      ...allowed[name],
      ...exemptions,
    });
  });

  test('there is no other role but that of CodeDeploy, and no policy attached from outside', () => {
    const roles = resources(template, 'AWS::IAM::Role').filter(({ id }) => id !== 'DeploymentsRole');
    expect(roles).toHaveLength(functionNames.length);
    for (const { Properties } of roles) {
      expect(Properties).not.toHaveProperty('ManagedPolicyArns');
      expect(Properties.AssumeRolePolicyDocument.Statement).toEqual([
        { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
      ]);
    }
    template.resourceCountIs('AWS::IAM::Policy', 0);
    template.resourceCountIs('AWS::IAM::ManagedPolicy', 0);
  });

  test.each(stages)(
    'no role in %s names an action with a wildcard, and a resource only if exempted',
    (stage) => {
      for (const { Properties } of resources(templateOf(stage), 'AWS::IAM::Role')) {
        for (const { PolicyDocument } of Properties.Policies ?? []) {
          const narrow = PolicyDocument.Statement.filter(
            ({ Action, Resource }: Statement) =>
              Resource !== '*' || !list(Action).every((action) => exemptions['*']?.includes(action)),
          );
          expect(JSON.stringify(narrow)).not.toContain('*');
        }
      }
    },
  );
});
