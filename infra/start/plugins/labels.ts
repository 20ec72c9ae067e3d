import type { Plugin } from '../../local/plugin.ts';

/** Calls resources as the stack's outputs do: `DeadLettersFunction` is `dead-letters`, `WorkQueueUrl` is `work-queue`. */
export const labels: Plugin = {
  label: (output) =>
    output
      .replace(/(?:Function|Table|Url)$/, '')
      .replace(/(?<=[a-z])[A-Z]/g, '-$&')
      .toLowerCase(),
};
