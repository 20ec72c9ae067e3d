import { describe, expect, test } from 'vitest';
import { type StageName, stages } from '../../infra/stages.ts';
import { type ShopStage, shopStageNames } from './fixture.ts';
import recorded from './logical-ids.json' with { type: 'json' };
import { productTemplateOf, resource, resources, templateOf } from './template.ts';

const tables = (stage: ShopStage) => resources(templateOf(stage), 'AWS::DynamoDB::Table');
const table = (id: string) => resource(templateOf('dev'), 'AWS::DynamoDB::Table', id).Properties;

/** Properties whose change makes CloudFormation replace a resource by an empty one, besides its logical id. */
const replacing: Record<string, readonly string[]> = {
  'AWS::DynamoDB::Table': ['TableName', 'KeySchema'],
  'AWS::SQS::Queue': ['QueueName', 'FifoQueue'],
  'AWS::Cognito::UserPool': ['AliasAttributes', 'UsernameAttributes', 'UsernameConfiguration'],
  'AWS::Cognito::UserPoolClient': ['GenerateSecret'],
};

/** What of a stage must never be replaced: items, computations, messages, and the credentials of clients. */
const irreplaceable = (stage: StageName) =>
  Object.fromEntries(
    Object.entries(replacing).flatMap(([type, names]) =>
      Object.entries(productTemplateOf(stage).findResources(type)).map(([id, { Properties }]) => [
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

  test.each(shopStageNames)(
    'is encrypted, recoverable to a point in time and paid by request in %s',
    (stage) => {
      for (const each of tables(stage)) {
        expect(each.Properties).toMatchObject({
          BillingMode: 'PAY_PER_REQUEST',
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          SSESpecification: { SSEEnabled: true },
        });
      }
    },
  );
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

describe('the keys of a table', () => {
  test('are those of its record', () => {
    expect(table('DataOrders').KeySchema).toEqual([hash('tenant'), range('id')]);
    expect(types('DataOrders')).toEqual({ tenant: 'S', id: 'S', day: 'S', number: 'N' });
    expect(table('DataPrices').KeySchema).toEqual([hash('article')]);
    expect(table('DataPrices')).not.toHaveProperty('GlobalSecondaryIndexes');
  });

  test('expire items only where its record names the attribute', () => {
    expect(table('DataOrders').TimeToLiveSpecification).toEqual({ AttributeName: 'until', Enabled: true });
    expect(table('DataPrices')).not.toHaveProperty('TimeToLiveSpecification');
  });

  test('are all that an index projects', () => {
    expect(table('DataOrders').GlobalSecondaryIndexes).toEqual([
      {
        IndexName: 'by-day',
        KeySchema: [hash('day'), range('number')],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ]);
  });
});
