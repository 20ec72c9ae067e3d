import * as z from 'zod/mini';
import { lazy } from '../lazy.ts';
import { UnknownWorkError } from './errors.ts';

/** Raised when messages change; a worker reads its own format and the one before it. */
const FORMAT = 1;

const schemas = lazy(() => {
  const count = z.int().check(z.minimum(0));
  const word = z.string().check(z.minLength(1), z.maxLength(256));
  const attempt = { format: z.literal(FORMAT), tenant: word, id: word, epoch: word, attempt: count };
  const message = z.discriminatedUnion('kind', [
    z.object({
      ...attempt,
      kind: z.literal('node'),
      /** How many parts the whole tree has, so that a worker knows which records it needs before it reads any. */
      parts: count.check(z.minimum(1)),
      level: count,
      index: count,
    }),
    z.object({
      ...attempt,
      kind: z.literal('sequence'),
      /** The step of the checkpoint to go on from. Absent: from the last one, whichever it is. */
      step: z.optional(count),
      /** Without a step: that of the last checkpoint when the message was sent, so that a dead letter tells what it tried. */
      since: z.optional(count),
    }),
  ]);
  /** What a message of any format says of itself. */
  const anyFormat = z.object({ format: z.int() });
  return { message, anyFormat };
});

type Message = z.output<ReturnType<typeof schemas>['message']>;

/**
 * Names a computation, its epoch, its attempt, and a node of its tree or the checkpoint of its sequence: all that
 * a worker needs to go on.
 */
export type WorkMessage =
  | Omit<Extract<Message, { kind: 'node' }>, 'format'>
  | Omit<Extract<Message, { kind: 'sequence' }>, 'format'>;

export type NodeMessage = Extract<WorkMessage, { kind: 'node' }>;
export type SequenceMessage = Extract<WorkMessage, { kind: 'sequence' }>;

export const encodeMessage = (message: WorkMessage): string => JSON.stringify({ format: FORMAT, ...message });

/**
 * The message in a body, or undefined for what no version can ever read (not JSON, or not of this suite).
 * @throws {UnknownWorkError} when it is a message of a later format.
 */
export const decodeMessage = (body: string): WorkMessage | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    // Then it is of no format either.
  }
  const format = schemas().anyFormat.safeParse(value);
  if (format.success && format.data.format > FORMAT) {
    throw new UnknownWorkError(`message format ${format.data.format}`);
  }
  const message = schemas().message.safeParse(value);
  return message.success ? message.data : undefined;
};
