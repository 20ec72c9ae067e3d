import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { StageConfig } from './stages.ts';

/**
 * All that holds data. A changed logical id makes CloudFormation create an empty table beside the full one, so
 * test/infra/logical-ids.json records the ids and a test holds them.
 */
export class Data extends Construct {
  readonly items: Table;
  readonly computations: Table;

  constructor(scope: Construct, id: string, config: StageConfig) {
    super(scope, id);
    const kept = {
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: config.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      deletionProtection: config.keepData,
    };

    this.items = new Table(this, 'Items', {
      ...kept,
      partitionKey: { name: 'tenant', type: AttributeType.STRING },
      sortKey: { name: 'id', type: AttributeType.NUMBER },
    });

    this.computations = new Table(this, 'Computations', {
      ...kept,
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      timeToLiveAttribute: 'expiresAt',
    });
    // Keys only: they never change, so a change of status writes no index.
    this.computations.addGlobalSecondaryIndex({
      indexName: 'list',
      partitionKey: { name: 'tenant', type: AttributeType.STRING },
      sortKey: { name: 'listKey', type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    // Sparse: only what is active has a shard.
    this.computations.addGlobalSecondaryIndex({
      indexName: 'active',
      partitionKey: { name: 'shard', type: AttributeType.STRING },
      sortKey: { name: 'visitAt', type: AttributeType.NUMBER },
      projectionType: ProjectionType.KEYS_ONLY,
    });
  }
}
