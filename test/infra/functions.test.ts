import { describe, expect, test } from 'vitest';
import { type ShopStage, shop, shopStageNames, shopStages } from './fixture.ts';
import { functionResource, readable, resource, resources, templateOf } from './template.ts';

const template = templateOf('dev');
const names = Object.keys(shop.functions) as (keyof typeof shop.functions)[];
const idOf = (name: string) => `Functions${name.replaceAll('-', '')}`;

describe.each(shopStageNames)('every function in %s', (stage) => {
  const staged = templateOf(stage);

  test('runs on Node.js 24 and arm64, with the size of its record', () => {
    expect(resources(staged, 'AWS::Lambda::Function')).toHaveLength(names.length);
    for (const name of names.filter((each) => each !== 'packer')) {
      expect(functionResource(staged, name).Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        MemorySize: shop.functions[name].memoryMegabytes,
        Timeout: shop.functions[name].timeoutSeconds,
      });
    }
  });

  test('writes to a log group of its own with the retention of the stage', () => {
    const groups = names.map((name) =>
      readable(functionResource(staged, name).Properties.LoggingConfig.LogGroup),
    );
    expect(groups).toEqual(names.map((name) => `${idOf(name)}Logs`));
    const all = resources(staged, 'AWS::Logs::LogGroup');
    expect(all).toHaveLength(names.length + 1); // and the API's
    for (const { Properties, DeletionPolicy } of all) {
      expect(Properties.RetentionInDays).toBe(shopStages[stage].logRetentionDays);
      expect(DeletionPolicy).toBe(stage === 'prod' ? 'RetainExceptOnCreate' : 'Delete');
    }
  });
});

test('a stage overrides the size of a function', () => {
  const sizeIn = (stage: ShopStage) =>
    functionResource(templateOf(stage), 'packer').Properties.MemorySize as number;
  expect([sizeIn('dev'), sizeIn('prod')]).toEqual([1_769, 3_008]);
});

test('concurrency is reserved in the stages that say so', () => {
  const reserved = (stage: ShopStage) =>
    names.map(
      (name) => functionResource(templateOf(stage), name).Properties.ReservedConcurrentExecutions as unknown,
    );
  expect(reserved('local')).toEqual(names.map(() => undefined));
  expect(reserved('dev')).toEqual(names.map(() => undefined));
  expect(reserved('prod')).toEqual(
    names.map((name) => (name === 'packer' ? 400 : shop.functions[name].reservedConcurrency)),
  );
});

test('recursive loops are allowed for a function that sends to its own queue, and for no other', () => {
  const loops = names.map((name) => [name, functionResource(template, name).Properties.RecursiveLoop]);
  expect(loops.filter(([, loop]) => loop !== undefined)).toEqual([['packer', 'Allow']]);
});

test('a function is told the variables that it reads, and the name of the service', () => {
  const variables = (name: string) =>
    Object.fromEntries(
      Object.entries(functionResource(template, name).Properties.Environment.Variables).map(
        ([key, value]) => [key, readable(value)],
      ),
    );
  expect(variables('orders')).toEqual({
    SERVICE_NAME: expect.any(String),
    ORDERS_TABLE: 'DataOrders',
    PARCELS_URL: 'QueuesParcels',
    RETENTION_DAYS: '14',
    TENANT_CLAIM: 'sub',
  });
  expect(variables('front-door')).toEqual({ SERVICE_NAME: expect.any(String), STAGE: 'dev' });
  expect(variables('lost-and-found')).toEqual({ SERVICE_NAME: expect.any(String) });
});

/** What each function may do, besides writing its own log. */
const allowed: Record<string, Record<string, string[]>> = {
  orders: {
    'DataOrders.Arn': ['dynamodb:GetItem', 'dynamodb:PutItem'],
    'DataOrders.Arn/index/by-day': ['dynamodb:Query'],
    'QueuesParcels.Arn': ['sqs:SendMessage'],
  },
  'front-door': {},
  packer: {
    'DataPrices.Arn': ['dynamodb:GetItem'],
    'QueuesParcels.Arn': [
      'sqs:ChangeMessageVisibility',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:ReceiveMessage',
      'sqs:SendMessage',
    ],
  },
  'lost-and-found': {
    'DataOrders.Arn': ['dynamodb:UpdateItem'],
    'QueuesLostParcels.Arn': ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
  },
  cashier: { 'DataOrders.Arn/index/by-day': ['dynamodb:Query'] },
};

/** Actions that AWS can only allow on everything. */
const tracing = { '*': ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'] };

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
  test.each(names)('%s may do exactly what its record grants', (name) => {
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
      ...tracing,
    });
  });

  test('there is no other role but that of CodeDeploy, and no policy attached from outside', () => {
    const roles = resources(template, 'AWS::IAM::Role').filter(({ id }) => id !== 'DeploymentsRole');
    expect(roles).toHaveLength(names.length);
    for (const { Properties } of roles) {
      expect(Properties).not.toHaveProperty('ManagedPolicyArns');
      expect(Properties.AssumeRolePolicyDocument.Statement).toEqual([
        { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
      ]);
    }
    template.resourceCountIs('AWS::IAM::Policy', 0);
    template.resourceCountIs('AWS::IAM::ManagedPolicy', 0);
  });
});
