import { chaosOption } from '../../local/chaos/option.ts';
import type { PluginOption } from '../../local/plugin.ts';

/** Plugins that an option of `npm start` adds. */
export const pluginOptions: readonly PluginOption[] = [chaosOption];
