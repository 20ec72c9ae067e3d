import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';

/**
 * Makes of a conditional write what its caller decides by: its output, or the item that stood in its way, which
 * DynamoDB returns without a further read (`ReturnValuesOnConditionCheckFailure: ALL_OLD`). Every other error
 * stays one. The document client leaves the item of an error as it came, so it is unmarshalled here.
 */
export const conditional = async <T>(
  write: Promise<T>,
): Promise<
  | { readonly applied: T }
  | {
      readonly refused: Record<string, unknown> | undefined;
      /** How often the SDK tried. When more than once, an earlier try may have been applied. */
      readonly attempts: number;
    }
> => {
  try {
    return { applied: await write };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return {
      refused: error.Item === undefined ? undefined : unmarshall(error.Item),
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
