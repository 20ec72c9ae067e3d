import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Attributes } from './attributes.ts';

type Item = Record<string, unknown>;

/**
 * Turns a conditional write into what its caller decides by: the item that it returns, if it asks for it, or the item
 * that its condition failed on, which DynamoDB returns without a further read (`ReturnValuesOnConditionCheckFailure:
 * ALL_OLD`). Every other error is thrown.
 */
export const conditionalWrite = async (
  write: Promise<{ readonly Attributes?: Attributes | undefined }>,
): Promise<
  | { readonly applied: Item | undefined }
  | {
      readonly refused: Item | undefined;
      /** How many attempts the SDK made. When more than one, an earlier one may have been applied. */
      readonly attempts: number;
    }
> => {
  try {
    const { Attributes } = await write;
    return { applied: Attributes && unmarshall(Attributes) };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return {
      refused: error.Item && unmarshall(error.Item),
      attempts: error.$metadata.attempts ?? 1,
    };
  }
};

/**
 * Nobody can tell any more whether a write was applied: its answer was lost, and what the item is by now does not say.
 * It counts as no answer at all, so a client may try again.
 */
export class IndeterminateWriteError extends Error {
  override readonly name = 'IndeterminateWriteError';
  /** As the SDK marks what may be tried again: trouble of the infrastructure, not of the request. */
  readonly $retryable = {};

  constructor(options?: ErrorOptions) {
    super('Whether the write was applied is not known', options);
  }
}
