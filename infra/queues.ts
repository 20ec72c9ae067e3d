import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { isSourceQueue } from '../functions/lib/manifest.ts';
import { messages } from '../functions/limits.ts';
import { acknowledge } from './acknowledge.ts';
import { consumerOf, named, pascalCase, type Suite } from './suite.ts';

/** The queues, and where a message goes that was received too often. */
export class Queues extends Construct {
  readonly byName: Readonly<Record<string, Queue>>;

  constructor(scope: Construct, id: string, suite: Suite) {
    super(scope, id);
    const made: Record<string, Queue> = {};
    const make = (name: string): Queue => {
      const known = made[name];
      if (known !== undefined) return known;
      const record = named(suite.queues, name);
      const queue = new Queue(this, pascalCase(name), {
        encryption: QueueEncryption.SQS_MANAGED,
        enforceSSL: true,
        retentionPeriod: Duration.days(record.retentionDays),
        visibilityTimeout: visibilityOf(suite, name),
        ...(isSourceQueue(record) && {
          deadLetterQueue: { queue: make(record.deadLetterQueue), maxReceiveCount: record.maxReceiveCount },
        }),
      });
      if (!isSourceQueue(record)) {
        acknowledge(queue, {
          'Serverless-SQSRedrivePolicy':
            'It is a dead-letter queue: a message stays until it has been dealt with.',
        });
      }
      made[name] = queue;
      return queue;
    };
    for (const name of Object.keys(suite.queues)) make(name);
    this.byName = made;
  }
}

/** For so long a message is hidden while the function that the queue invokes processes it. */
const visibilityOf = (suite: Suite, name: string): Duration =>
  Duration.seconds(messages.visibilityFactor * (consumerOf(suite, name)?.[1].timeoutSeconds ?? 5));
