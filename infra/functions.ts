import { Duration } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { RecursiveLoop } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { FunctionRecord, Grant, Trigger } from '../functions/lib/manifest.ts';
import type { Settings } from '../functions/manifest.ts';
import { product } from '../functions/product.ts';
import { acknowledge } from './acknowledge.ts';
import type { Assets } from './bundle/build.ts';
import type { Data } from './data.ts';
import { allow, ProductFunction } from './lambda.ts';
import type { Queues } from './queues.ts';
import { mapValues, named, type Suite, triggersOf } from './suite.ts';

export interface FunctionsProps {
  readonly suite: Suite;
  readonly assets: Assets;
  readonly data: Data;
  readonly queues: Queues;
  /** The claim of a token that names the tenant. */
  readonly tenantClaim: string;
}

/** Why Lambda itself need not keep events that failed: it keeps only those of asynchronous invocations. */
const withoutDeadLetters: Readonly<Record<Trigger['kind'], string>> = {
  http: 'API Gateway waits for the answer: a request that fails is answered, and never kept.',
  queue: 'SQS keeps a message that failed, and moves it to the dead-letter queue when it failed too often.',
  schedule: 'An event says nothing but that its time has come: the next run makes up for a failed one.',
};

/** Every function of the manifest: its code, what it is told, and what it may do. */
export class Functions extends Construct {
  readonly byName: Readonly<Record<string, ProductFunction>>;

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    this.byName = mapValues(props.suite.functions, (record, name) => this.#make(name, record, props));
  }

  #make(name: string, record: FunctionRecord, { suite, assets, data, queues, tenantClaim }: FunctionsProps) {
    const { stage } = suite;
    const asset = assets[name];
    if (asset === undefined) throw new Error(`The build has made nothing of the function ${name}.`);
    const reasons = [...new Set(record.invokedBy.map(({ kind }) => withoutDeadLetters[kind]))].join(' ');
    const made = new ProductFunction(this, name, {
      stage,
      record,
      asset,
      environment: {
        SERVICE_NAME: product.title,
        ...environmentOf(record, suite, data, queues, tenantClaim),
      },
      statements: [
        ...record.grants.map((grant) => statementOf(grant, data, queues)),
        ...triggersOf(record, 'queue').map(({ queue }) =>
          allow(
            named(queues.byName, queue).queueArn,
            'sqs:ReceiveMessage',
            'sqs:DeleteMessage',
            'sqs:GetQueueAttributes',
          ),
        ),
      ],
      // A function that sends messages to its own queue is stopped by Lambda after about sixteen rounds, unless it is
      // allowed to. The engine bounds the hops and the age of a computation instead.
      ...(feedsItself(record) && { recursiveLoop: RecursiveLoop.ALLOW }),
      withoutDeadLetters: reasons,
      versioned: stage.deployment !== undefined && record.gradualDeployment,
    });
    for (const { minutes } of triggersOf(record, 'schedule')) {
      // A run that failed is not repeated: the next one comes within the interval and does the same.
      made.function.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(minutes) });
      acknowledge(made.function.node.findChild('EventInvokeConfig'), {
        'Serverless-LambdaAsyncFailureDestination': reasons,
      });
    }
    return made;
  }
}

const environmentOf = (
  { environment }: FunctionRecord,
  { values, stageName, stage }: Suite,
  data: Data,
  queues: Queues,
  tenantClaim: string,
): Record<string, string> => {
  const settings: Settings = { ...stage.settings, stage: stageName, tenantClaim };
  const context = {
    settings,
    tableName: (name: string) => named(data.tables, name).tableName,
    queueUrl: (name: string) => named(queues.byName, name).queueUrl,
  };
  return mapValues(environment, (_, variable) => named(values, variable)(context));
};

const statementOf = (grant: Grant, data: Data, queues: Queues): PolicyStatement => {
  if (grant.kind === 'queue') {
    const { queueArn } = named(queues.byName, grant.queue);
    return allow(queueArn, ...grant.actions.map((action) => `sqs:${action}`));
  }
  const { tableArn } = named(data.tables, grant.table);
  const resource = grant.index === undefined ? tableArn : `${tableArn}/index/${grant.index}`;
  return allow(resource, ...grant.actions.map((action) => `dynamodb:${action}`));
};

const feedsItself = (record: FunctionRecord): boolean =>
  triggersOf(record, 'queue').some((trigger) =>
    record.grants.some(
      (grant) =>
        grant.kind === 'queue' && grant.queue === trigger.queue && grant.actions.includes('SendMessage'),
    ),
  );
