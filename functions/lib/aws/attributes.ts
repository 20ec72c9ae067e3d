import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';

/** An item, a key or the values of an expression as DynamoDB has them. */
export type Attributes = Record<string, AttributeValue>;

/** Turns plain JavaScript values into attributes; members that are undefined are left out. */
export const attributes = (values: object): Attributes => marshall(values, { removeUndefinedValues: true });
