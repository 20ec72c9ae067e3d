import type { Plugin } from '../../local/plugin.ts';
import { computations } from './computations/plugin.ts';
import { labels } from './labels.ts';
import { logLines } from './log-lines.ts';
import { sweepAtStart } from './sweep-at-start.ts';

/** What the local platform does and shows for this project. */
export const plugins: readonly Plugin[] = [labels, logLines, computations, sweepAtStart];
