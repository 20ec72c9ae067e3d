import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { TableRecord } from '../functions/lib/manifest.ts';
import { mapValues, pascalCase, type Suite } from './suite.ts';

/**
 * All that holds data. A changed logical id makes CloudFormation create an empty table beside the full one, so
 * test/infra/logical-ids.json records the ids and a test holds them.
 */
export class Data extends Construct {
  readonly tables: Readonly<Record<string, Table>>;

  constructor(scope: Construct, id: string, { tables, stage }: Suite) {
    super(scope, id);
    this.tables = mapValues(tables, (record, name) => {
      const table = new Table(this, pascalCase(name), {
        ...keysOf(record),
        ...(record.timeToLiveAttribute !== undefined && { timeToLiveAttribute: record.timeToLiveAttribute }),
        billingMode: BillingMode.PAY_PER_REQUEST,
        encryption: TableEncryption.AWS_MANAGED,
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
        removalPolicy: stage.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
        deletionProtection: stage.keepData,
      });
      for (const [indexName, index] of Object.entries(record.indexes ?? {})) {
        table.addGlobalSecondaryIndex({
          indexName,
          ...keysOf(index),
          projectionType: ProjectionType.KEYS_ONLY,
        });
      }
      return table;
    });
  }
}

const attributeTypes = { string: AttributeType.STRING, number: AttributeType.NUMBER } as const;

const keysOf = ({ partitionKey, sortKey }: Pick<TableRecord, 'partitionKey' | 'sortKey'>) => ({
  partitionKey: { ...partitionKey, type: attributeTypes[partitionKey.type] },
  ...(sortKey && { sortKey: { ...sortKey, type: attributeTypes[sortKey.type] } }),
});
