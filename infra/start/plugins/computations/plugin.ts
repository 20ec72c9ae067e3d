import type { tables } from '../../../../functions/manifest.ts';
import type { Plugin } from '../../../local/plugin.ts';
import { ownerClient } from '../../../local/storage/tables.ts';
import { activeComputations } from './active-computations.ts';

const tableLabel = 'computations' satisfies keyof typeof tables;

/** Shows the active computations on the platform's page, where the stack has a table of computations. */
export const computations: Plugin = {
  panel: {
    name: 'computations',
    script: new URL('./panel.js', import.meta.url),
    style: new URL('./panel.css', import.meta.url),
    dataOf: (platform) => {
      const table = platform.tables.find(({ label }) => label === tableLabel);
      if (table === undefined) return undefined;
      return activeComputations(ownerClient(platform.endpoint('dynamodb'), platform.region), table.name);
    },
  },
};
