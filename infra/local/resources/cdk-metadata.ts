import { ignoredType } from './resource-type.ts';

export const cdkMetadata = ignoredType({
  type: 'AWS::CDK::Metadata',
  why: 'it tells AWS which constructs are used',
});
