import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { Functions } from './functions.ts';
import type { Queues } from './queues.ts';
import type { StageConfig } from './stages.ts';

export interface TriggersProps {
  readonly config: StageConfig;
  readonly functions: Functions;
  readonly queues: Queues;
}

/** What starts the functions that no request starts: two queues and a clock. */
export class Triggers extends Construct {
  constructor(scope: Construct, id: string, props: TriggersProps) {
    super(scope, id);
    const { config, queues } = props;
    const functions = props.functions.byName;

    // The bare mapping: CDK's SqsEventSource adds a grant of its own.
    const feed = (id: string, queue: Queue, name: 'worker' | 'dead-letters') => {
      const mapping = new CfnEventSourceMapping(this, id, {
        functionName: functions[name].live.functionArn,
        eventSourceArn: queue.queueArn,
        batchSize: 1, // a part takes seconds, and the ones behind it in a batch would wait for it
        functionResponseTypes: ['ReportBatchItemFailures'],
        scalingConfig: { maximumConcurrency: config.mappings[name].maximumConcurrency },
      });
      acknowledge(mapping, {
        'Serverless-LambdaEventSourceMappingDestination':
          'A mapping of an SQS queue has no destination for failures: that is the dead-letter queue of the queue.',
      });
    };
    feed('Work', queues.work, 'worker');
    feed('DeadLetters', queues.deadLetters, 'dead-letters');

    const interval = Duration.minutes(config.sweeper.intervalMinutes);
    const rule = new Rule(this, 'Sweep', {
      description: 'Runs the sweeper',
      schedule: Schedule.rate(interval),
      targets: [new LambdaFunction(functions.sweeper.function, { retryAttempts: 0, maxEventAge: interval })],
    });
    acknowledge(rule, {
      'Serverless-EventBusDLQ':
        'An event says nothing but that a minute has passed: the next one does what a lost one would have done.',
    });
  }
}
