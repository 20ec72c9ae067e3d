import {
  DeleteMessageCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Platform } from '../../infra/local/platform.ts';
import { until } from './api.ts';

/** What the owner of the account may do to the queues of a platform, past every function. */
export const ownerOf = ({ endpoint, region, queues }: Platform) => {
  const credentials = { accessKeyId: 'OWNER', secretAccessKey: 'local' };
  const sqs = new SQSClient({ endpoint: endpoint('sqs'), region, credentials });
  const urlOf = (prefix: string): string => {
    const queue = queues.find(({ logicalId }) => logicalId.startsWith(prefix));
    if (queue === undefined) throw new Error(`there is no queue ${prefix}`);
    return queue.url;
  };
  return {
    send: (queue: string, MessageBody: string) =>
      sqs.send(new SendMessageCommand({ QueueUrl: urlOf(queue), MessageBody })),
    /** Takes a message off the queue, and resolves to its body. */
    receive: async (queue: string): Promise<string> => {
      const QueueUrl = urlOf(queue);
      const message = await until(async () => {
        const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
        return Messages?.[0];
      }, 'a message');
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
      return message.Body ?? '';
    },
    purge: (queue: string) => sqs.send(new PurgeQueueCommand({ QueueUrl: urlOf(queue) })),
  };
};
