import { describe, expect, test } from 'vitest';
import { type Stage, stages } from '../../infra/stages.ts';
import recorded from './logical-ids.json' with { type: 'json' };
import { resource, resources, templateOf } from './template.ts';

const tables = (stage: Stage) => resources(templateOf(stage), 'AWS::DynamoDB::Table');
const table = (id: string) => resource(templateOf('dev'), 'AWS::DynamoDB::Table', id).Properties;

/** Properties whose change makes CloudFormation replace a resource by an empty one, besides its logical id. */
const replacing: Record<string, readonly string[]> = {
  'AWS::DynamoDB::Table': ['TableName', 'KeySchema'],
  'AWS::SQS::Queue': ['QueueName', 'FifoQueue'],
  'AWS::Cognito::UserPool': ['AliasAttributes', 'UsernameAttributes', 'UsernameConfiguration'],
  'AWS::Cognito::UserPoolClient': ['GenerateSecret'],
};

/** What of a stage must never be replaced: items, computations, messages, and the credentials of clients. */
const irreplaceable = (stage: Stage) =>
  Object.fromEntries(
    Object.entries(replacing).flatMap(([type, names]) =>
      Object.entries(templateOf(stage).findResources(type)).map(([id, { Properties }]) => [
        id,
        {
          type,
          ...Object.fromEntries(
            names.filter((name) => name in Properties).map((name) => [name, Properties[name]]),
          ),
        },
      ]),
    ),
  );

describe('what holds data', () => {
  test.each(stages)('is what was recorded in %s, or a deployment would begin with empty ones', (stage) => {
    expect(irreplaceable(stage)).toEqual(recorded);
  });

  test('outlives the stack in prod and cannot be deleted there', () => {
    for (const each of tables('prod')) {
      expect(each).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
      expect(each.Properties.DeletionProtectionEnabled).toBe(true);
    }
  });

  test.each(['local', 'dev'] as const)('goes with the stack in %s', (stage) => {
    for (const each of tables(stage)) {
      expect(each).toMatchObject({ DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
      expect(each.Properties.DeletionProtectionEnabled).toBe(false);
    }
  });

  test.each(stages)('is encrypted, recoverable to a point in time and paid by request in %s', (stage) => {
    for (const each of tables(stage)) {
      expect(each.Properties).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true },
      });
    }
  });
});

const hash = (AttributeName: string) => ({ AttributeName, KeyType: 'HASH' });
const range = (AttributeName: string) => ({ AttributeName, KeyType: 'RANGE' });
const types = (id: string) =>
  Object.fromEntries(
    table(id).AttributeDefinitions.map((each: { AttributeName: string; AttributeType: string }) => [
      each.AttributeName,
      each.AttributeType,
    ]),
  );

describe('the keys, which cannot be changed without a new table', () => {
  test('an item is found by tenant and id', () => {
    expect(table('DataItems').KeySchema).toEqual([hash('tenant'), range('id')]);
    expect(types('DataItems')).toEqual({ tenant: 'S', id: 'N' });
    expect(table('DataItems')).not.toHaveProperty('GlobalSecondaryIndexes');
    expect(table('DataItems')).not.toHaveProperty('TimeToLiveSpecification');
  });

  test('a computation, and a node of its tree, is found by one key and expires', () => {
    expect(table('DataComputations').KeySchema).toEqual([hash('pk')]);
    expect(types('DataComputations')).toEqual({
      pk: 'S',
      tenant: 'S',
      listKey: 'S',
      shard: 'S',
      visitAt: 'N',
    });
    expect(table('DataComputations').TimeToLiveSpecification).toEqual({
      AttributeName: 'expiresAt',
      Enabled: true,
    });
  });

  test('both indexes project keys alone, so that a change of status writes none of them', () => {
    const keysOnly = { ProjectionType: 'KEYS_ONLY' };
    expect(table('DataComputations').GlobalSecondaryIndexes).toEqual([
      { IndexName: 'list', KeySchema: [hash('tenant'), range('listKey')], Projection: keysOnly },
      { IndexName: 'active', KeySchema: [hash('shard'), range('visitAt')], Projection: keysOnly },
    ]);
  });
});
