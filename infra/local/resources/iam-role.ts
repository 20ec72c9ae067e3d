import * as z from 'zod/mini';
import type { Role } from '../iam/roles.ts';
import { PlatformError } from '../platform-error.ts';
import { iamPolicy } from './iam-policy.ts';
import { resourceType } from './resource-type.ts';
import { ignorable, inlinePolicy, onlyNames } from './schemas.ts';

/** The role of a function, with the statements of its own policies and of those that are attached to it. */
export const iamRole = resourceType({
  type: 'AWS::IAM::Role',
  properties: z.strictObject({
    AssumeRolePolicyDocument: z.strictObject({
      Version: ignorable, // there are two, and they differ in what is not used here
      Statement: z.array(
        z.strictObject({
          Effect: z.literal('Allow'),
          Action: z.literal('sts:AssumeRole'),
          Principal: z.strictObject({ Service: z.literal('lambda.amazonaws.com') }),
        }),
      ),
    }),
    Policies: z._default(z.array(inlinePolicy), []),
  }),
  ignored: { Description: onlyNames, RoleName: onlyNames, Tags: onlyNames },
  onlyWhenUsed: true,

  ids: ({ name, accountId }) => {
    const role = name('RoleName');
    return { Ref: role, Arn: `arn:aws:iam::${accountId}:role/${role}` };
  },

  read: ({ AssumeRolePolicyDocument, Policies }, { logicalId, ids, stack }): Role => {
    if (AssumeRolePolicyDocument.Statement.length === 0)
      throw new PlatformError(
        `${logicalId}.AssumeRolePolicyDocument: it does not let Lambda assume the role.`,
      );
    const attached = stack.all(iamPolicy).filter(({ roles }) => roles.includes(ids.Ref));
    const own = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    return {
      name: ids.Ref,
      arn: ids.Arn ?? '',
      statements: [...own, ...attached.flatMap(({ statements }) => statements)],
    };
  },
});
