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

/** Three classes of the SDK that a client sends alike. */
type WriteCommand = PutItemCommand | UpdateItemCommand | DeleteItemCommand;

/** A write of one item, in two forms. */
export interface Write {
  /** Unique to this write, and part of the item that it writes. */
  readonly token: string;
  /** When it began; RFC 3339 in UTC with milliseconds, like `updatedAt`, so that texts compare like times. */
  readonly startedAt: string;
  /**
   * The command. The guarded form may be sent after an attempt whose outcome is not known: it also requires that this
   * write was the last one, or that nobody has written since it began.
   */
  command(guarded: boolean): WriteCommand;
}

/**
 * - `applied`: `record` is the item that DynamoDB returned, if the command asks for it.
 * - `refused`: the condition failed on the item `found`, or on its absence.
 */
export type WriteOutcome =
  | { readonly kind: 'applied'; readonly record: ItemRecord | undefined }
  | { readonly kind: 'refused'; readonly found: ItemRecord | undefined };

/** The two clients that a write needs. */
export interface WriteClients {
  /** Makes one attempt, so that its error tells whether the write may have been applied. */
  readonly singleAttempt: () => DynamoDBClient;
  readonly retrying: DynamoDBClient;
}

/** Milliseconds by which the clocks of two instances differ at most. */
const MAX_CLOCK_SKEW_MS = 1_000;

/** An item that was updated before this moment was updated before the write began, on every clock. */
export const beforeStart = ({ startedAt }: Pick<Write, 'startedAt'>): string =>
  new Date(Date.parse(startedAt) - MAX_CLOCK_SKEW_MS).toISOString();

/** Repeats an attempt that surely was not applied. Three attempts in all, as the SDK makes. */
const retryUnapplied = retry(
  handleWhen((error) => isThrottling(error) || isConnectionFailure(error)),
  { maxAttempts: 2, backoff: new ExponentialBackoff({ maxDelay: 2_000 }) },
);

/**
 * Executes a write so that its caller is told the truth even when an answer is lost.
 *
 * A write that surely was not applied (throttling, no connection) is sent again as it is. The SDK would also repeat one
 * whose answer is missing, and so overwrite what others have written in between; therefore the first form goes through
 * the client that makes one attempt. After a missing answer the guarded form is sent, which the SDK may repeat. When its
 * condition fails, the item tells the outcome of the first form:
 *
 * - It has the write's own token: the write was applied.
 * - It was updated before the write began: the write was not applied, and its condition fails for good.
 * - It was updated since, or is absent: nobody can tell, because others may have replaced or deleted what was written.
 *
 * @throws {IndeterminateWriteError} when nobody can tell
 * @throws what the SDK throws, when the guarded form gets no answer either
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
