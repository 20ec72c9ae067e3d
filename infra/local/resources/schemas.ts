import * as z from 'zod/mini';
import { statementSchema } from '../iam/policy.ts';

/** Parts of properties that several types have, and reasons to ignore one that several types share. */

export const text = z.string();
export const number = z.number();
export const flag = z.boolean();
/** A member of a nested object that changes nothing here; the reason stands beside it. */
export const ignorable = z.optional(z.unknown());

export const onlyNames = 'it only names things';
export const monitoring = 'nothing is measured here';
export const encryption = 'nothing is encrypted on this machine';

export const inlinePolicy = z.strictObject({
  PolicyName: text,
  PolicyDocument: z.strictObject({ Version: ignorable, Statement: z.array(statementSchema) }),
});
