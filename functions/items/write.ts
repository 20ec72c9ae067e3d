import type {
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { conditionalWrite, IndeterminateWriteError } from '../lib/aws/conditional-write.ts';
import { isConnectionFailure, isThrottling, mayHaveBeenApplied } from '../lib/resilience/failure.ts';
import type { ItemRecord } from './record.ts';

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
export type WriteOutcome =
  | { readonly kind: 'applied'; readonly record: ItemRecord | undefined }
  | { readonly kind: 'refused'; readonly found: ItemRecord | undefined };

/** The two clients that a write needs. */
export interface WriteClients {
  /** Makes one attempt, so that its error says what became of the write. */
  readonly singleAttempt: () => DynamoDBClient;
  readonly retrying: DynamoDBClient;
}

/** Clocks of two instances differ by less. */
const CLOCK_SKEW_MS = 1_000;

/** The moment that counts as "before the write began" on every clock. */
export const beforeStart = ({ startedAt }: Pick<Write, 'startedAt'>): string =>
  new Date(Date.parse(startedAt) - CLOCK_SKEW_MS).toISOString();

/** Three attempts in all, as the SDK makes, at what was surely not applied. */
const retryUnapplied = retry(
  handleWhen((error) => isThrottling(error) || isConnectionFailure(error)),
  { maxAttempts: 2, backoff: new ExponentialBackoff({ maxDelay: 2_000 }) },
);

/**
 * Writes, so that a client is never told what is not so, though an answer may be lost.
 *
 * Only what was surely not applied (throttling, no connection) is sent again as it is. The SDK would also repeat a
 * write whose answer is missing, and so overwrite what others wrote in between: hence one attempt a call. When an answer
 * is missing, the write is sent in its guarded form, which may be repeated, and the item that stands in its way tells
 * what became of the first: it carries the write's own token: applied; it was last written before the write began: not
 * applied, refused for good; else nobody knows. Where nothing stands, what was written may have been deleted since.
 *
 * @throws IndeterminateWriteError in that last case, and what the SDK throws when there is no answer to the second
 * either.
 */
export const executeWrite = async (clients: WriteClients, write: Write): Promise<WriteOutcome> => {
  let missingAnswer: unknown;
  try {
    return await retryUnapplied.execute(() => send(clients.singleAttempt(), write.command(false)));
  } catch (error) {
    if (!mayHaveBeenApplied(error)) throw error;
    missingAnswer = error;
  }
  const outcome = await send(clients.retrying, write.command(true));
  if (outcome.kind === 'applied') return outcome;
  const { found } = outcome;
  if (found?._etag === write.token || found?._birth === write.token)
    return { kind: 'applied', record: found };
  if (found !== undefined && found.updatedAt < beforeStart(write)) return outcome;
  throw new IndeterminateWriteError({ cause: missingAnswer });
};

const send = async (client: DynamoDBClient, command: WriteCommand): Promise<WriteOutcome> => {
  const result = await conditionalWrite(client.send(command as PutItemCommand));
  return 'applied' in result
    ? { kind: 'applied', record: result.applied as ItemRecord | undefined }
    : { kind: 'refused', found: result.refused as ItemRecord | undefined };
};
