import * as z from 'zod/mini';
import { float64, parallel, struct } from '../../functions/lib/kernel/index.ts';

/** Any number of parts that take no time, each with a partial result of three numbers. */
export const parts = parallel({
  name: 'parts',
  version: 1,
  description: 'Parts that compute nothing.',
  pure: true,
  input: () => z.object({ parts: z.int(), run: z.int() }),
  output: () => z.object({ mean: z.number() }),
  example: { input: { parts: 1, run: 1 }, output: { mean: 0 } },
  parts: (input) => input.parts,
  compute: (_, part) => ({ count: part + 1, mean: 1 / (part + 3), squares: 1 / (part + 7) }),
  combine: (left) => left,
  finish: ({ mean }) => ({ mean }),
  partial: struct({ count: float64, mean: float64, squares: float64 }),
});
