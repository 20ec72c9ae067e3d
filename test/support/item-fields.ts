import * as z from 'zod/mini';
import { number, text } from '../../functions/lib/http/schemas.ts';

/** Fields of the tests' own, one of each kind, so that no test depends on what a team makes of the real ones. */
export const itemFields = {
  label: text(1, 256).check(z.meta({ description: 'What it is called', examples: ['Lamp'] })),
  details: text(0, 4_096),
  fragile: z.optional(z.boolean()),
  weight: z.optional(number(-1_000, 1_000)),
  stock: z._default(z.int().check(z.gte(0), z.lte(1_000)), 1),
  tags: z.optional(z.array(text(1, 20)).check(z.maxLength(3))),
};
