import type {
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  PutItemCommandInput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { conditional } from '../lib/aws/conditional.ts';
import type { ItemRecord } from './record.ts';

/** A write got no answer: it may have been applied or not. */
class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

/** Nobody can tell any more whether a write was applied. Marked as the SDK marks what may be tried again. */
class UnknownFate extends Error {
  override readonly name = 'UnknownFate';
  readonly $retryable = {};
}

/** They differ only in what they are made of. */
type WriteCommand = PutItemCommand | UpdateItemCommand | DeleteItemCommand;

/** One write in its two forms. */
export interface Write {
  /** Marks what it writes; fresh for each write. */
  readonly token: string;
  /** When it began; RFC 3339 in UTC with milliseconds, like `updatedAt`, so that texts compare like times. */
  readonly startedAt: string;
  /**
   * The command. `again` adds to a condition that could hold twice: only if it was itself the last to write, or
   * nobody has written since it began.
   */
  command(again: boolean): WriteCommand;
}

/**
 * - `applied`: with the item as DynamoDB returned it, if the command asks for it.
 * - `refused`: its condition failed on `found`.
 */
export type Fate =
  | { readonly kind: 'applied'; readonly record: ItemRecord | undefined }
  | { readonly kind: 'refused'; readonly found: ItemRecord | undefined };

/** Clocks of two instances differ by less. */
const CLOCK_SKEW_MS = 1_000;

/** The moment that counts as "before the write began" on every clock. */
export const beforeStart = ({ startedAt }: Pick<Write, 'startedAt'>): string =>
  new Date(Date.parse(startedAt) - CLOCK_SKEW_MS).toISOString();

/**
 * Writes, so that a client is never told what is not so, though an answer may be lost.
 *
 * The SDK tries again only what was surely not applied (throttling, no connection). When an answer is missing, the
 * write is sent once more in its guarded form, and the item that stands in its way tells what became of the first:
 * it carries the write's own token: applied; it was last written before the write began: not applied, refused
 * for good; else nobody knows. Where nothing stands, what was written may have been deleted since.
 *
 * @throws UnknownFate in that last case, and what the SDK throws when there is no answer to the second either.
 */
export const settle = async (client: DynamoDBClient, write: Write): Promise<Fate> => {
  try {
    return await send(client, onceOnly(write.command(false)));
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
  }
  const fate = await send(client, write.command(true));
  if (fate.kind === 'applied') return fate;
  const { found } = fate;
  if (found?._etag === write.token || found?._birth === write.token)
    return { kind: 'applied', record: found };
  if (found !== undefined && found.updatedAt < beforeStart(write)) return fate;
  throw new UnknownFate();
};

const send = async (client: DynamoDBClient, command: WriteCommand): Promise<Fate> => {
  const result = await conditional(client.send(command as PutItemCommand));
  return 'applied' in result
    ? { kind: 'applied', record: result.applied as ItemRecord | undefined }
    : { kind: 'refused', found: result.refused as ItemRecord | undefined };
};

/** Errors that say that no connection was made. */
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

const mayHaveBeenApplied = (error: unknown): boolean => {
  if (!(error instanceof Error)) return true;
  if ('code' in error && neverSent.has(String(error.code))) return false;
  const metadata = '$metadata' in error ? (error.$metadata as { httpStatusCode?: number }) : undefined;
  return (metadata?.httpStatusCode ?? 500) >= 500;
};

/** Classes of commands, by the class of the same commands as the SDK has it. */
const onceOnlyClasses = new Map<unknown, typeof PutItemCommand>();

/**
 * Makes a command one whose missing answer is hidden from the SDK's retries. It is of a class of its own, because the
 * client keeps what goes around its commands by their class.
 */
const onceOnly = (command: WriteCommand): WriteCommand => {
  const Command = command.constructor as typeof PutItemCommand;
  let OnceOnly = onceOnlyClasses.get(Command);
  if (OnceOnly === undefined) {
    OnceOnly = class extends Command {
      override resolveMiddleware(...of: Parameters<PutItemCommand['resolveMiddleware']>) {
        this.middlewareStack.add(hideMissingAnswer, aroundAttempt);
        return super.resolveMiddleware(...of);
      }
    };
    onceOnlyClasses.set(Command, OnceOnly);
  }
  return new OnceOnly(command.input as PutItemCommandInput);
};

/** Inside the SDK's retries. */
const aroundAttempt = { step: 'finalizeRequest', priority: 'low', name: 'onceOnly' } as const;

const hideMissingAnswer =
  <Arguments, Result>(next: (args: Arguments) => Promise<Result>) =>
  async (args: Arguments): Promise<Result> => {
    try {
      return await next(args);
    } catch (error) {
      throw mayHaveBeenApplied(error) ? new Unanswered() : error;
    }
  };
