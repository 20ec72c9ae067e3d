import { ignoredType } from './resource-type.ts';

export const logsLogGroup = ignoredType({
  type: 'AWS::Logs::LogGroup',
  why: 'the platform shows lines as they come',
  ids: ({ name, arn }) => {
    const logGroup = name('LogGroupName');
    return { Ref: logGroup, Arn: arn('logs', `log-group:${logGroup}:*`) };
  },
});
