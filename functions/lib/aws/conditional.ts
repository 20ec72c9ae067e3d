import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Attributes } from './attributes.ts';

type Item = Record<string, unknown>;

/**
 * Makes of a conditional write what its caller decides by: the item that it returns, if it asks for it, or the item
 * that stood in its way, which DynamoDB returns without a further read (`ReturnValuesOnConditionCheckFailure:
 * ALL_OLD`). Every other error stays one.
 */
export const conditional = async (
  write: Promise<{ readonly Attributes?: Attributes | undefined }>,
): Promise<
  | { readonly applied: Item | undefined }
  | {
      readonly refused: Item | undefined;
      /** How often the SDK tried. When more than once, an earlier try may have been applied. */
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
 * A delete found nothing, after a try of it that got no answer: that try may have deleted it, or there was
 * nothing. Nobody can tell, so it counts as no answer at all.
 */
export class UnacknowledgedDelete extends Error {
  override readonly name = 'UnacknowledgedDelete';
  /** As the SDK marks what may be tried again: trouble of the infrastructure, not of the request. */
  readonly $retryable = {};
}
