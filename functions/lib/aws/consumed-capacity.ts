import { ConditionalCheckFailedException, type ConsumedCapacity } from '@aws-sdk/client-dynamodb';
import { addConsumedCapacity } from '../observability/context.ts';

/** The middleware's place: outside the SDK's retries, because DynamoDB reports what the last attempt consumed. */
export const aroundCalls = { step: 'initialize', name: 'countConsumedCapacity', override: true } as const;

const isRead = (command = ''): boolean => /^(BatchGet|Get|Query)/.test(command);

/** Middleware for a DynamoDB client: asks what each call consumes, which is free, and adds it up for the log. */
export const countConsumedCapacity =
  <Arguments extends { readonly input: object }, Result extends { readonly output: object }>(
    next: (args: Arguments) => Promise<Result>,
    { commandName }: { readonly commandName?: string },
  ) =>
  async (args: Arguments): Promise<Result> => {
    try {
      const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } });
      // A batch reports one for each table.
      const {
        ConsumedCapacity: reported = [],
      }: { ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[] } = result.output;
      for (const { CapacityUnits = 0 } of [reported].flat()) {
        addConsumedCapacity(isRead(commandName) ? 'readUnits' : 'writeUnits', CapacityUnits);
      }
      return result;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) addConsumedCapacity('refusedWrites', 1);
      throw error;
    }
  };
