import type { Template } from '../../infra/local/cloudformation/template.ts';

/**
 * Gives V8 the young generation that it takes on a machine of the function's size; on a larger machine it lets more
 * garbage lie. Source: https://nodejs.org/api/cli.html#--max-semi-space-sizesize-in-mib (1 MiB where there are 512), and
 * https://github.com/nodejs/node/issues/55487 (8 where there are 2,048).
 */
export const sizeYoungGenerations = (template: Template): void => {
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type !== 'AWS::Lambda::Function') continue;
    const { MemorySize, Environment } = Properties as {
      readonly MemorySize: number;
      readonly Environment: { Variables: Record<string, unknown> };
    };
    const megabytes = Math.max(1, Math.round(MemorySize / (MemorySize <= 512 ? 512 : 256)));
    Environment.Variables.NODE_OPTIONS = `--max-semi-space-size=${megabytes}`;
  }
};
