import '../node-version.mjs';
import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { dynamoComputationStore } from '../../functions/lib/aws/computation-store.ts';
import { sqsWorkQueue } from '../../functions/lib/aws/work-queue.ts';
import { retry } from '../../functions/lib/engine/submit.ts';
import { observeEngine } from '../../functions/lib/observability/engine.ts';
import { systemClock, systemRandom } from '../../functions/lib/ports.ts';
import { suiteOf } from '../stages.ts';
import { failedComputations } from './failed-computations.ts';
import { redrive } from './redrive.ts';
import { deployedStack, localStack } from './stacks.ts';

const help = `Lists the failed computations of a stage with their causes, and retries them.

  npm run redrive -- [--stage STAGE] [--dry-run] [--url URL]

  --stage STAGE  local (default): what npm start runs; dev or prod: on AWS, with the credentials of the shell
  --dry-run      lists them, and retries nothing
  --url URL      where the local platform answers (default: http://localhost:3000)
  --help         this text`;

const options = {
  stage: { type: 'string', default: 'local' },
  'dry-run': { type: 'boolean', default: false },
  url: { type: 'string', default: 'http://localhost:3000' },
  help: { type: 'boolean', default: false },
} as const;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const run = async (): Promise<void> => {
  const { stage, 'dry-run': dryRun, url, help: asked } = parseArgs({ options }).values;
  if (asked) return print(help);
  const { settings } = suiteOf(stage).stage;
  const stack = await (stage === 'local' ? localStack(url.replace(/\/$/, '')) : deployedStack(stage));
  const table = stack.computationsTable;
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(stack.dynamodb), {
    marshallOptions: { removeUndefinedValues: true },
  });
  const store = dynamoComputationStore(client, table);
  const engine = {
    store,
    queue: sqsWorkQueue(new SQSClient(stack.sqs), stack.workQueueUrl),
    clock: systemClock,
    random: systemRandom,
    observe: observeEngine,
    limits: {
      maxAgeMs: settings.maxAgeSeconds * 1_000,
      sweepAfterMs: settings.sweepAfterSeconds * 1_000,
    },
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
