import '../node-version.mjs';
import { parseArgs } from 'node:util';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { dynamoComputationStore } from '../../functions/lib/aws/computation-store.ts';
import { sqsWorkQueue } from '../../functions/lib/aws/work-queue.ts';
import { retry } from '../../functions/lib/engine/submit.ts';
import { observeEngine } from '../../functions/lib/observability/engine.ts';
import { systemClock, systemRandom } from '../../functions/lib/ports.ts';
import { stageConfig } from '../config.ts';
import { failedComputations } from './failed-computations.ts';
import { redrive } from './redrive.ts';

const usage = 'npm run redrive -- --stage dev [--dry-run]';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** The outputs of a deployed stack. */
const outputsOf = async (StackName: string): Promise<(name: string) => string> => {
  const { Stacks } = await new CloudFormationClient().send(new DescribeStacksCommand({ StackName }));
  return (name) => {
    const output = Stacks?.[0]?.Outputs?.find(({ OutputKey }) => OutputKey === name)?.OutputValue;
    if (output === undefined) throw new Error(`${StackName} has no output ${name}: deploy it first.`);
    return output;
  };
};

const run = async (): Promise<void> => {
  const options = { stage: { type: 'string' }, 'dry-run': { type: 'boolean', default: false } } as const;
  const { stage, 'dry-run': dryRun } = parseArgs({ options }).values;
  if (stage !== 'dev' && stage !== 'prod') throw new Error(`Name the stage: ${usage}.`);

  const output = await outputsOf(`Spillway-${stage}`);
  const table = output('ComputationsTable');
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(), {
    marshallOptions: { removeUndefinedValues: true },
  });
  const store = dynamoComputationStore(client, table);
  const { computations, sweeper } = stageConfig(stage);
  const engine = {
    store,
    queue: sqsWorkQueue(new SQSClient(), output('WorkQueueUrl')),
    clock: systemClock,
    random: systemRandom,
    observe: observeEngine,
    limits: { maxAgeMs: computations.maxAgeSeconds * 1_000, sweepAfterMs: sweeper.sweepAfterSeconds * 1_000 },
  };
  const count = await redrive({
    failed: failedComputations(client, table, store, systemClock.now()),
    retry: (key) => retry(engine, key),
    print,
    dryRun,
  });
  print(`${count} failed computations${dryRun ? '; nothing was retried' : ''}.`);
};

await run().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
});
