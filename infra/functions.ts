import { Duration } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { RecursiveLoop } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Variable } from '../functions/lib/config.ts';
import { acknowledge } from './acknowledge.ts';
import type { Assets, FunctionName } from './bundle/build.ts';
import type { Data } from './data.ts';
import { allow, SpillwayFunction } from './lambda.ts';
import { metricsNamespace } from './metrics.ts';
import type { Queues } from './queues.ts';
import type { StageConfig } from './stages.ts';

export interface FunctionsProps {
  readonly config: StageConfig;
  readonly assets: Assets;
  readonly data: Data;
  readonly queues: Queues;
  /** The claim of a token that names the tenant. */
  readonly tenantClaim: string;
}

/** Lambda keeps only events of asynchronous invocations. */
const synchronous = 'API Gateway waits for the answer: a request that fails is answered, and never kept.';
const mapped =
  'SQS keeps a message that failed, and moves it to the dead-letter queue when it failed too often.';

/** Why Lambda itself need not keep events that failed. */
const withoutDeadLetters: Record<FunctionName, string> = {
  items: synchronous,
  computations: synchronous,
  'computation-reads': synchronous,
  service: synchronous,
  worker: mapped,
  'dead-letters': 'It empties the dead-letter queue: SQS keeps a letter that failed for another try.',
  sweeper:
    'Its events say nothing but that a minute has passed: the next run does what a failed one did not.',
};

/** What a broken version would break for everybody at once: the API and the worker. */
const shifted: ReadonlySet<FunctionName> = new Set([
  'items',
  'computations',
  'computation-reads',
  'service',
  'worker',
]);

interface Definition {
  readonly description: string;
  readonly environment: Partial<Record<Variable, string>>;
  readonly statements: readonly PolicyStatement[];
  readonly recursiveLoop?: RecursiveLoop;
}

/** The seven functions: what each is told, and what each may do. */
export class Functions extends Construct {
  readonly byName: Readonly<Record<FunctionName, SpillwayFunction>>;

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    const { config, assets, data, queues, tenantClaim: TENANT_CLAIM } = props;
    const items = data.items.tableArn;
    const computations = data.computations.tableArn;
    const indexOf = (name: 'list' | 'active') => `${computations}/index/${name}`;
    const work = queues.work.queueArn;

    const ITEMS_TABLE = data.items.tableName;
    const COMPUTATIONS_TABLE = data.computations.tableName;
    const WORK_QUEUE_URL = queues.work.queueUrl;
    const ACTIVE_PER_TENANT = String(config.computations.activePerTenant);
    const RESPONSE_CACHE_BYTES = String(config.responseCacheBytes);
    const RETENTION_DAYS = String(config.computations.retentionDays);
    const MAX_AGE_SECONDS = String(config.computations.maxAgeSeconds);
    const CHECKPOINT_SECONDS = String(config.computations.checkpointSeconds);
    const SWEEP_AFTER_SECONDS = String(config.sweeper.sweepAfterSeconds);

    const definitions: Record<FunctionName, Definition> = {
      items: {
        description: 'Create, read, list, replace, patch and delete items',
        environment: { ITEMS_TABLE, RESPONSE_CACHE_BYTES, TENANT_CLAIM },
        statements: [
          allow(
            items,
            'dynamodb:GetItem',
            'dynamodb:PutItem',
            'dynamodb:UpdateItem',
            'dynamodb:DeleteItem',
            'dynamodb:Query',
          ),
        ],
      },
      computations: {
        description: 'Submit, list, cancel, retry and delete computations',
        environment: {
          COMPUTATIONS_TABLE,
          WORK_QUEUE_URL,
          TENANT_CLAIM,
          RETENTION_DAYS,
          MAX_AGE_SECONDS,
          SWEEP_AFTER_SECONDS,
          RESPONSE_CACHE_BYTES,
          ACTIVE_PER_TENANT,
        },
        statements: [
          allow(
            computations,
            'dynamodb:PutItem',
            'dynamodb:GetItem',
            'dynamodb:UpdateItem',
            'dynamodb:DeleteItem',
            'dynamodb:BatchGetItem',
          ),
          allow(indexOf('list'), 'dynamodb:Query'),
          allow(indexOf('active'), 'dynamodb:Query'),
          allow(work, 'sqs:SendMessage'),
        ],
      },
      'computation-reads': {
        description: 'Read a computation and its progress, and wait for it',
        environment: { COMPUTATIONS_TABLE, RESPONSE_CACHE_BYTES, TENANT_CLAIM },
        statements: [allow(computations, 'dynamodb:GetItem', 'dynamodb:BatchGetItem')],
      },
      worker: {
        description: 'Split, compute and report the nodes of a computation',
        environment: {
          COMPUTATIONS_TABLE,
          WORK_QUEUE_URL,
          ITEMS_TABLE,
          RETENTION_DAYS,
          MAX_AGE_SECONDS,
          CHECKPOINT_SECONDS,
        },
        statements: [
          allow(computations, 'dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem'),
          allow(
            work,
            'sqs:SendMessage',
            'sqs:ReceiveMessage',
            'sqs:DeleteMessage',
            'sqs:ChangeMessageVisibility',
            'sqs:GetQueueAttributes',
          ),
          allow(items, 'dynamodb:Query'),
        ],
        // It sends messages to its own queue, which Lambda would stop after about sixteen rounds. The engine
        // bounds the hops and the age of a computation instead.
        recursiveLoop: RecursiveLoop.ALLOW,
      },
      'dead-letters': {
        description: 'Turn what crashed or timed out too often into a failed computation',
        environment: { COMPUTATIONS_TABLE, RETENTION_DAYS },
        statements: [
          allow(computations, 'dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem'),
          allow(
            queues.deadLetters.queueArn,
            'sqs:ReceiveMessage',
            'sqs:DeleteMessage',
            'sqs:GetQueueAttributes',
          ),
        ],
      },
      sweeper: {
        description: 'Find computations that stopped moving and start them again',
        environment: { COMPUTATIONS_TABLE, WORK_QUEUE_URL, RETENTION_DAYS, SWEEP_AFTER_SECONDS },
        statements: [
          allow(indexOf('active'), 'dynamodb:Query'),
          allow(computations, 'dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem'),
          allow(work, 'sqs:SendMessage'),
        ],
      },
      service: {
        description: 'Health, the API description, the computation types, and every unknown path',
        environment: { STAGE: config.stage, TENANT_CLAIM },
        statements: [],
      },
    };

    const make = (name: FunctionName) =>
      new SpillwayFunction(this, name, {
        ...definitions[name],
        environment: { ...definitions[name].environment, METRICS_NAMESPACE: metricsNamespace },
        config,
        settings: config.functions[name],
        asset: assets[name],
        withoutDeadLetters: withoutDeadLetters[name],
        versioned: config.deployment !== undefined && shifted.has(name),
      });
    this.byName = {
      items: make('items'),
      computations: make('computations'),
      'computation-reads': make('computation-reads'),
      worker: make('worker'),
      'dead-letters': make('dead-letters'),
      sweeper: make('sweeper'),
      service: make('service'),
    };

    // A run that failed is not repeated: the next one comes within the interval and does the same.
    const { function: sweeper } = this.byName.sweeper;
    sweeper.configureAsyncInvoke({
      retryAttempts: 0,
      maxEventAge: Duration.minutes(config.sweeper.intervalMinutes),
    });
    acknowledge(sweeper.node.findChild('EventInvokeConfig'), {
      'Serverless-LambdaAsyncFailureDestination': withoutDeadLetters.sweeper,
    });
  }
}
