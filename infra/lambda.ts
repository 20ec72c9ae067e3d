import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Alias,
  Architecture,
  type CfnFunction,
  Code,
  type IFunction,
  type IVersion,
  Function as LambdaFunction,
  type RecursiveLoop,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { FunctionRecord } from '../functions/lib/manifest.ts';
import { acknowledge } from './acknowledge.ts';
import type { Stage } from './stage.ts';

export interface ProductFunctionProps {
  readonly stage: Stage;
  readonly record: FunctionRecord;
  /** The folder that the build made. */
  readonly asset: string;
  /** Exactly the variables that it asks for at its start. */
  readonly environment: Readonly<Record<string, string>>;
  /** All that it may do besides writing its own log. */
  readonly statements: readonly PolicyStatement[];
  readonly recursiveLoop?: RecursiveLoop;
  /** Why Lambda itself need not keep events that failed. */
  readonly withoutDeadLetters: string;
  /** Whether it serves through an alias, from which a deployment can take a new version back. */
  readonly versioned: boolean;
}

/** The name of every alias. */
const liveAlias = 'live';

/** One statement: these actions on this one resource. */
export const allow = (resource: string, ...actions: string[]): PolicyStatement =>
  new PolicyStatement({ effect: Effect.ALLOW, actions, resources: [resource] });

/** X-Ray knows no resources, so these two actions can only be allowed on all of them. */
const trace = () => allow('*', 'xray:PutTraceSegments', 'xray:PutTelemetryRecords');

/**
 * A Lambda function with its log group and a role of its own. The role holds exactly the statements given, the
 * two actions that write its own log and those that send its traces: CDK's grants and AWS's managed policies both
 * allow more than is used.
 */
export class ProductFunction extends Construct {
  readonly record: FunctionRecord;
  readonly function: LambdaFunction;
  /** The alias that a deployment shifts; undefined where there are no versions. */
  readonly alias: Alias | undefined;
  /** What is invoked: the alias where there is one, else the function itself. */
  readonly live: IFunction;

  constructor(scope: Construct, id: string, props: ProductFunctionProps) {
    super(scope, id);
    const { stage, record } = props;
    this.record = record;
    const logGroup = logGroupOf(this, stage);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        statements: new PolicyDocument({
          statements: [
            allow(logGroup.logGroupArn, 'logs:CreateLogStream', 'logs:PutLogEvents'),
            ...props.statements,
            ...(stage.tracing ? [trace()] : []),
          ],
        }),
      },
    });
    this.function = new LambdaFunction(this, 'Function', {
      description: record.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(props.asset),
      memorySize: record.memoryMegabytes,
      timeout: Duration.seconds(record.timeoutSeconds),
      ...(stage.reserveConcurrency && { reservedConcurrentExecutions: record.reservedConcurrency }),
      ...(props.recursiveLoop !== undefined && { recursiveLoop: props.recursiveLoop }),
      environment: props.environment,
      logGroup,
      role,
      // Old versions stay, so that an alias can be pointed back at one by hand; they go with the function.
      // A version whose deployment is rolled back goes with it, or the same code could not be deployed again.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE },
    });
    // By hand, because CDK's own property would attach a second policy to the role.
    const resource = this.function.node.defaultChild as CfnFunction;
    if (stage.tracing) resource.tracingConfig = { mode: 'Active' };

    // (CDK's own classes do not fit its interfaces under exactOptionalPropertyTypes.)
    this.alias = props.versioned
      ? new Alias(this, 'Live', { aliasName: liveAlias, version: this.function.currentVersion as IVersion })
      : undefined;
    this.live = (this.alias ?? this.function) as IFunction;

    if (stage.tracing) {
      const reason = 'X-Ray has no resources: its two actions, and only they, are allowed on all.';
      acknowledge(role, {
        'AwsSolutions-IAM5[Resource::*]': reason,
        'Serverless-LambdaStarPermissions': reason,
      });
    }
    acknowledge(this.function, { 'Serverless-LambdaDLQ': props.withoutDeadLetters });
  }
}

/**
 * A log group with the stage's retention; a function left to make its own would keep it for ever. One whose deployment
 * is rolled back goes with it, so that the next attempt finds its name free.
 */
export const logGroupOf = (
  scope: Construct,
  stage: Pick<Stage, 'logRetentionDays' | 'keepData'>,
  logGroupName?: string,
): LogGroup =>
  new LogGroup(scope, 'Logs', {
    ...(logGroupName !== undefined && { logGroupName }),
    retention: stage.logRetentionDays,
    removalPolicy: stage.keepData ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
  });
