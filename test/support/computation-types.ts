import * as z from 'zod/mini';
import type { ComputationType } from '../../functions/lib/computations/types.ts';

/** A type whose input has a default, so that what is read of it differs from what is sent. */
export const echo: ComputationType = {
  name: 'echo',
  version: 2,
  description: 'Says a text so many times.',
  input: () =>
    z.strictObject({
      text: z.string().check(z.maxLength(100)),
      times: z._default(z.int().check(z.gte(1), z.lte(9)), 1),
    }),
  output: () => z.strictObject({ said: z.array(z.string()) }),
  example: { input: { text: 'ho', times: 2 }, output: { said: ['ho', 'ho'] } },
};

/** A type with a name of two words. */
export const addNumbers: ComputationType = {
  name: 'add-numbers',
  version: 1,
  description: 'The sum of two numbers.',
  input: () => z.strictObject({ a: z.int(), b: z.int() }),
  output: () => z.strictObject({ sum: z.int() }),
  example: { input: { a: 1, b: 2 }, output: { sum: 3 } },
};
