import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { checkBatch, type SimulatedQueue } from './sqs.ts';

/** The commands of the SDK on simulated queues, each under its URL: so that one test can ask them and the real ones. */
export const simulatedSqsClient = (queues: Readonly<Record<string, SimulatedQueue>>): SQSClient => {
  const queueAt = (url = ''): SimulatedQueue => {
    const queue = queues[url];
    if (queue === undefined) throw new Error(`there is no queue at ${url}`);
    return queue;
  };
  const send = async (command: unknown) => {
    if (command instanceof SendMessageBatchCommand) {
      const { QueueUrl, Entries = [] } = command.input;
      checkBatch(Entries);
      for (const { MessageBody = '' } of Entries) queueAt(QueueUrl).send(MessageBody);
      return { Successful: Entries.map(({ Id }) => ({ Id })), $metadata: {} };
    }
    if (command instanceof ReceiveMessageCommand) {
      const { QueueUrl, MaxNumberOfMessages = 1, VisibilityTimeout } = command.input;
      const visibilityMs = VisibilityTimeout === undefined ? undefined : VisibilityTimeout * 1_000;
      const Messages: unknown[] = [];
      while (Messages.length < MaxNumberOfMessages) {
        const received = queueAt(QueueUrl).receive(visibilityMs);
        if (received === undefined) break;
        const { message, receipt } = received;
        Messages.push({
          Body: message.body,
          ReceiptHandle: receipt,
          Attributes: { ApproximateReceiveCount: String(message.receiveCount) },
        });
      }
      return { ...(Messages.length > 0 && { Messages }), $metadata: {} };
    }
    if (command instanceof DeleteMessageCommand) {
      queueAt(command.input.QueueUrl).delete(command.input.ReceiptHandle ?? '');
      return { $metadata: {} };
    }
    if (command instanceof ChangeMessageVisibilityCommand) {
      const { QueueUrl, ReceiptHandle = '', VisibilityTimeout = 0 } = command.input;
      queueAt(QueueUrl).changeVisibility(ReceiptHandle, VisibilityTimeout * 1_000);
      return { $metadata: {} };
    }
    throw new Error('the simulated SQS does not know this command');
  };
  return { send } as unknown as SQSClient;
};
