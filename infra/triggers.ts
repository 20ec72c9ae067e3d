import { Duration } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Trigger } from '../functions/lib/manifest.ts';
import { acknowledge } from './acknowledge.ts';
import type { Functions } from './functions.ts';
import type { ProductFunction } from './lambda.ts';
import type { Queues } from './queues.ts';
import { named, pascalCase, type Suite, triggersOf } from './suite.ts';

export interface TriggersProps {
  readonly suite: Suite;
  readonly functions: Functions;
  readonly queues: Queues;
}

/** What invokes the functions that no request invokes: queues and the clock. */
export class Triggers extends Construct {
  constructor(scope: Construct, id: string, { suite, functions, queues }: TriggersProps) {
    super(scope, id);
    for (const [name, target] of Object.entries(functions.byName)) {
      for (const trigger of triggersOf(target.record, 'queue')) this.#map(trigger, target, queues);
      triggersOf(target.record, 'schedule').forEach((trigger, n) => {
        this.#schedule(`${pascalCase(name)}${n === 0 ? '' : n + 1}`, suite, trigger, target);
      });
    }
  }

  /** The bare mapping: CDK's SqsEventSource adds a grant of its own. */
  #map(trigger: Extract<Trigger, { kind: 'queue' }>, target: ProductFunction, queues: Queues): void {
    const mapping = new CfnEventSourceMapping(this, pascalCase(trigger.queue), {
      functionName: target.live.functionArn,
      eventSourceArn: named(queues.byName, trigger.queue).queueArn,
      batchSize: trigger.batchSize,
      functionResponseTypes: ['ReportBatchItemFailures'],
      scalingConfig: { maximumConcurrency: trigger.maximumConcurrency },
    });
    acknowledge(mapping, {
      'Serverless-LambdaEventSourceMappingDestination':
        'A mapping of an SQS queue has no destination for failures: that is the dead-letter queue of the queue.',
    });
  }

  #schedule(
    id: string,
    { stageName }: Suite,
    { minutes, event }: Extract<Trigger, { kind: 'schedule' }>,
    target: ProductFunction,
  ): void {
    const interval = Duration.minutes(minutes);
    const rule = new Rule(this, id, {
      description: `${target.record.description} (${stageName})`,
      schedule: Schedule.rate(interval),
      targets: [
        new LambdaFunction(target.function, {
          event: RuleTargetInput.fromObject(event),
          retryAttempts: 0,
          maxEventAge: interval,
        }),
      ],
    });
    acknowledge(rule, {
      'Serverless-EventBusDLQ':
        'An event says nothing but that its time has come: the next one does what a lost one would have done.',
    });
  }
}
