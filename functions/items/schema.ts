import * as z from 'zod/mini';
import { text } from '../lib/http/schemas.ts';
import type { Fields } from './fields.ts';

/**
 * What clients write of an item. This is the one place to change: creating, replacing, patching, reading and the API
 * document follow. The build refuses what an item's record cannot hold, and says what to write instead
 * (`check-fields.ts`).
 *
 * - A field is a string, a number, a boolean, or an array of those, which a patch always replaces whole.
 * - It is bounded: `text(min, max)`, `number(min, max)` and `z.int()` with bounds are; an array has a `z.maxLength`.
 * - A field that some items may lack is `z.optional(…)`, one that the service fills in `z._default(…, value)`.
 * - `z.meta` describes it and gives `examples` for the documentation.
 */
export const fields = {
  name: text(1, 256).check(z.meta({ description: 'What it is called', examples: ['Lamp'] })),
  description: text(0, 4_096).check(z.meta({ description: 'What it is', examples: ['A lamp for the desk'] })),
} satisfies Fields;
