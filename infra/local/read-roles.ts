import { PlatformError } from './platform-error.ts';
import type { Resources } from './cloudformation/stack.ts';
import type { LocalRole } from './stack.ts';

/**
 * The role of a function, with the statements of its own policies and of those that are attached to it. Throws a
 * {@link PlatformError} for a role that the stack does not have, or that Lambda may not assume.
 */
export const roleOf = ({ all, attribute }: Resources, arn: string, where: string): LocalRole => {
  const [found] = all('AWS::IAM::Role', (id) => attribute(id, 'Arn') === arn);
  if (found === undefined) throw new PlatformError(`${where}.Role: ${arn} is no role of this stack.`);
  const [id, { AssumeRolePolicyDocument, Policies }] = found;
  if (AssumeRolePolicyDocument.Statement.length === 0)
    throw new PlatformError(`${id}.AssumeRolePolicyDocument: it does not let Lambda assume the role.`);
  const name = attribute(id);
  const attached = all('AWS::IAM::Policy')
    .map(([, policy]) => policy)
    .filter(({ Roles }) => Roles.includes(name));
  return {
    name,
    arn,
    statements: [...Policies, ...attached].flatMap(({ PolicyDocument }) => PolicyDocument.Statement),
  };
};
