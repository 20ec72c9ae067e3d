import { decodeMessage } from '../engine/message.ts';
import { annotate } from './context.ts';

/** Adds the message's computation, attempt and node to the log lines of its work, if the message can be read. */
export const withMessageContext =
  <Delivery>(work: (body: string, delivery: Delivery) => Promise<void>): typeof work =>
  (body, delivery) => {
    annotate(fieldsOf(body));
    return work(body, delivery);
  };

const fieldsOf = (body: string): Parameters<typeof annotate>[0] => {
  let message: ReturnType<typeof decodeMessage>;
  try {
    message = decodeMessage(body);
  } catch {
    // Of a later format: `work` reports it.
  }
  if (message === undefined) return {};
  const { tenant, id: computation, attempt } = message;
  return message.kind === 'node'
    ? { tenant, computation, attempt, node: `${message.level}.${message.index}` }
    : { tenant, computation, attempt, step: message.step };
};
