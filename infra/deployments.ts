import type { IAlarmRef } from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaApplication, LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { Alarms } from './alarms.ts';
import type { Functions } from './functions.ts';
import type { Stage } from './stage.ts';
import { triggersOf } from './suite.ts';

export interface DeploymentsProps {
  readonly strategy: NonNullable<Stage['deployment']>;
  readonly functions: Functions;
  readonly alarms: Alarms;
  /** For this deployment: CodeDeploy stops one that finds an alarm on, and so would stop the fix too. */
  readonly ignoreAlarms: boolean;
}

const strategies = {
  'all-at-once': LambdaDeploymentConfig.ALL_AT_ONCE,
  canary: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
} as const;

/**
 * How a new version of a function takes over from the old one: CodeDeploy shifts its alias, and back when one of
 * its alarms goes off, which rolls the whole stack back. What queues invoke is shifted before what the API invokes, so
 * that nothing is ever submitted that no worker knows.
 */
export class Deployments extends Construct {
  constructor(scope: Construct, id: string, { strategy, functions, alarms, ignoreAlarms }: DeploymentsProps) {
    super(scope, id);
    const application = new LambdaApplication(this, 'Application');
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('codedeploy.amazonaws.com'),
      managedPolicies: [
        ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSCodeDeployRoleForLambdaLimited'),
      ],
    });
    acknowledge(role, {
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]':
        'AWS keeps this policy in step with what CodeDeploy does. Only CodeDeploy can take the role, and only to move ' +
        'an alias between versions that exist.',
    });

    const gradual = Object.entries(functions.byName).filter(([, { alias }]) => alias !== undefined);
    const workers = gradual.filter(([, { record }]) => triggersOf(record, 'queue').length > 0);
    for (const [name, made] of gradual) {
      const { alias, record } = made;
      if (alias === undefined) continue;
      new LambdaDeploymentGroup(this, name, {
        alias,
        application,
        role,
        deploymentConfig: strategies[strategy],
        alarms: alarms.against(name, made) as IAlarmRef[],
        ignoreAlarmConfiguration: ignoreAlarms,
      });
      if (triggersOf(record, 'http').length === 0) continue;
      for (const [, worker] of workers) if (worker.alias) alias.node.addDependency(worker.alias);
    }
  }
}
