import * as z from 'zod/mini';
import { text } from '../../../functions/lib/http/schemas.ts';

/** The fields of items in the suites that tests start, in place of functions/items/schema.ts. */
export const fields = {
  name: text(1, 256).check(z.meta({ description: 'What it is called', examples: ['Lamp'] })),
  description: text(0, 4_096).check(z.meta({ description: 'What it is', examples: ['A lamp for the desk'] })),
};
