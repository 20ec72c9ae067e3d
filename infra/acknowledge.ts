import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Says why a finding of cdk-nag is right as it is, on the exact resource that it is about. A test holds that there
 * is no other finding, and that every one acknowledged still occurs.
 */
export const acknowledge = (construct: IConstruct, findings: Readonly<Record<string, string>>): void => {
  const resource = construct.node.defaultChild ?? construct;
  for (const [id, reason] of Object.entries(findings)) Validations.of(resource).acknowledge({ id, reason });
};
