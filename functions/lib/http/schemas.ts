import * as z from 'zod/mini';
import { lazy } from '../lazy.ts';

const characters = (text: string): number => {
  let count = 0;
  for (const _ of text) count++;
  return count;
};

/**
 * A text of so many characters: Unicode code points, as JSON Schema counts them, not the UTF-16 code units of
 * `z.minLength` and `z.maxLength`.
 */
export const text = (min: number, max: number) => {
  const isBetween = (count: number): boolean => count >= min && count <= max;
  return z.string().check(
    z.refine((value) => isBetween(characters(value)), {
      error: min > 0 ? `must have ${min} to ${max} characters` : `must have ${max} characters or less`,
    }),
    z.meta({ ...(min > 0 ? { minLength: min } : {}), maxLength: max }),
  );
};

/** DynamoDB stores no number closer to 0. */
const MIN_MAGNITUDE = 1e-130;

/** A finite number between bounds that DynamoDB stores and gives back unchanged. */
export const number = (min: number, max: number) => {
  const error = `must be a number from ${min} to ${max}`;
  return z.number({ error }).check(
    z.gte(min, error),
    z.lte(max, error),
    z.refine(
      (value) => value === 0 || Math.abs(value) >= MIN_MAGNITUDE,
      'must be 0 or at least 1e-130 from it',
    ),
    z.overwrite((value) => (value === 0 ? 0 : value)), // −0 would come back as 0
  );
};

/**
 * A number in a path or query: decimal digits without sign or leading zeros, so that each has one spelling. It is
 * documented as the number that it is read as.
 */
export const integerText = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z
    .pipe(
      z.pipe(
        z.string({ error }).check(z.refine((digits) => /^(?:0|[1-9]\d{0,15})$/.test(digits), { error })),
        z.transform((digits) => Number(digits)),
      ),
      z.int({ error }).check(z.gte(min), z.lte(max)),
    )
    .check(z.meta({ type: 'integer', minimum: min, maximum: max }));
};

/** A moment as RFC 3339 writes it, in UTC. */
export const timestamp = lazy(() =>
  z.string().check(z.meta({ format: 'date-time', examples: ['2026-11-20T12:00:00.000Z'] })),
);

/** How many entries a page has at most. */
export const limit = lazy(() =>
  z._default(integerText(1, 100), 20).check(z.describe('The most entries of a page')),
);

/** Where a page starts. A longer text than any cursor of ours is refused before it is decoded. */
export const cursor = lazy(() =>
  z
    .string()
    .check(
      z.maxLength(512, 'must be the next of an earlier page of this list'),
      z.describe('The `next` of the page before'),
    ),
);
