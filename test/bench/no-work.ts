import * as z from 'zod/mini';
import { parallel } from '../../functions/lib/engine/kernel.ts';
import { integer } from '../../functions/lib/kernel/codecs.ts';

/**
 * The registry of the bench's suite. As many parts as one wants, none of which computes anything: what is left is what the engine takes.
 */
export const noWork = parallel({
  name: 'no-work',
  version: 1,
  description: 'Counts its parts.',
  pure: true,
  input: z.object({ parts: z.int().check(z.gte(1), z.lte(10_000)), run: z.int() }),
  output: z.object({ count: z.int() }),
  example: { input: { parts: 1, run: 1 }, output: { count: 1 } },
  parts: ({ parts }) => parts,
  compute: () => 1,
  combine: (left, right) => left + right,
  finish: (count) => ({ count }),
  partial: integer,
});
