import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { StageConfig } from './stages.ts';

/** AWS's own advice for a queue that feeds a function: room for every retry of the mapping before a message returns. */
const visibilityOf = (timeoutSeconds: number): Duration => Duration.seconds(6 * timeoutSeconds);

/** The work queue, and where a message goes that was received too often. */
export class Queues extends Construct {
  readonly work: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, config: StageConfig) {
    super(scope, id);
    const encrypted = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };

    this.deadLetters = new Queue(this, 'DeadLetters', {
      ...encrypted,
      retentionPeriod: Duration.days(config.deadLetterQueue.retentionDays),
      visibilityTimeout: visibilityOf(config.functions['dead-letters'].timeoutSeconds),
    });
    acknowledge(this.deadLetters, {
      'Serverless-SQSRedrivePolicy':
        'It is the dead-letter queue: a letter stays until it has been dealt with.',
    });
    this.work = new Queue(this, 'Work', {
      ...encrypted,
      retentionPeriod: Duration.days(config.workQueue.retentionDays),
      visibilityTimeout: visibilityOf(config.functions.worker.timeoutSeconds),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: config.workQueue.maxReceiveCount },
    });
  }
}
