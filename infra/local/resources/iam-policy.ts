import * as z from 'zod/mini';
import { resourceType } from './resource-type.ts';
import { inlinePolicy, text } from './schemas.ts';

/** Statements, and the names of the roles that they are attached to. */
export const iamPolicy = resourceType({
  type: 'AWS::IAM::Policy',
  properties: z.strictObject({ ...inlinePolicy.shape, Roles: z.array(text) }),
  ignored: {},
  read: ({ PolicyDocument, Roles }) => ({ roles: Roles, statements: PolicyDocument.Statement }),
});
