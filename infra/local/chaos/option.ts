import type { PluginOption } from '../plugin.ts';

/** `--chaos FILE` of `npm start`. */
export const chaosOption: PluginOption = {
  name: 'chaos',
  argument: 'FILE',
  help: 'makes things go wrong between the functions and AWS, as the JSON in FILE says: see docs/chaos.md',
  plugin: async (file) => {
    const [{ chaos }, { readChaosFile }] = await Promise.all([import('./chaos.ts'), import('./settings.ts')]);
    return chaos(await readChaosFile(file));
  },
};
