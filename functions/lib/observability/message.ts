import { decodeMessage } from '../engine/message.ts';
import { annotate } from './context.ts';

/** Makes the lines of a message say which computation it is of and what of it, where it can be read. */
export const withMessageContext =
  <Delivery>(work: (body: string, delivery: Delivery) => Promise<void>): typeof work =>
  (body, delivery) => {
    annotate(placeOf(body));
    return work(body, delivery);
  };

const placeOf = (body: string): Parameters<typeof annotate>[0] => {
  let message: ReturnType<typeof decodeMessage>;
  try {
    message = decodeMessage(body);
  } catch {
    // Of a later format: `work` says so.
  }
  if (message === undefined) return {};
  const { tenant, id: computation, attempt } = message;
  return message.kind === 'node'
    ? { tenant, computation, attempt, node: `${message.level}.${message.index}` }
    : { tenant, computation, attempt, step: message.step };
};
