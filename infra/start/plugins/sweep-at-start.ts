import type { functions } from '../../../functions/manifest.ts';
import type { Plugin } from '../../local/plugin.ts';

/** The label of the function that sends the active computations again. */
const sweeper = 'sweeper' satisfies keyof typeof functions;

/**
 * Lets the sweeper look at every active computation when the platform starts: the queues of the platform are empty
 * then, so that whatever was under way has to be sent again.
 */
export const sweepAtStart: Plugin = {
  onStart: (platform) => {
    if (platform.functions.some(({ label }) => label === sweeper))
      platform.invokeAsync(sweeper, { all: true });
  },
};
