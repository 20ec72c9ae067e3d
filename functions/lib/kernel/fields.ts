import * as z from 'zod/mini';
import { MAX_PARTS } from '../engine/limits.ts';
import { maxUnits, type PartSize } from './split.ts';

/** An integer with a comma before each three digits; without `Intl`, whose first use takes ten milliseconds. */
export const grouped = (integer: number): string => String(integer).replace(/\B(?=(\d{3})+$)/g, ',');

/** The end of a message: why work is bounded. */
export const WORK_BOUND = `, because a computation has at most ${grouped(MAX_PARTS)} parts`;

/** The message for a number above its bound. */
export const atMost = (max: number, why = ''): string => `must be at most ${grouped(max)}${why}`;

/** The message for a number below its bound. */
const atLeast = (min: number): string => `must be at least ${grouped(min)}`;

/** An object with these members and no others. */
export const objectField = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? `unknown member: ${issue.keys.join(', ')}` : 'must be an object',
  });

/** A safe integer from `min` to `max`; `why` ends the message for one that is too large. */
export const integerField = (
  description: string,
  min = 0,
  max: number = Number.MAX_SAFE_INTEGER,
  why = '',
) => {
  const messages: Record<string, string> = { too_small: atLeast(min), too_big: atMost(max, why) };
  const error = ({ code }: { code?: string | undefined }) => messages[code ?? ''] ?? 'must be a whole number';
  // A number out of bounds ends the checks: there is one message, and an expensive check (is it prime?) does not run.
  return z
    .int({ error, abort: true })
    .check(
      z.minimum(min, { error, abort: true }),
      z.maximum(max, { error, abort: true }),
      z.describe(description),
    );
};

/** An amount of work: an integer from `min` to what a computation can do in parts of this size. */
export const workField = (description: string, size: PartSize, min = 0) =>
  integerField(description, min, maxUnits(size), WORK_BOUND);

/** A finite number from `min` to `max`. */
export const numberField = (description: string, min: number, max: number) =>
  z
    .number('must be a number')
    .check(z.minimum(min, atLeast(min)), z.maximum(max, atMost(max)), z.describe(description));

/** A finite number above 0, up to `max`. */
export const positiveField = (description: string, max: number) =>
  z
    .number('must be a number')
    .check(z.positive('must be above 0'), z.maximum(max, atMost(max)), z.describe(description));

/** The seed of a kernel that draws random numbers. */
export const seedField = () =>
  integerField('The seed of the random numbers. The same seed gives the same result.');

/** An integer of any size, as a decimal string. */
export const decimalField = (description: string) =>
  z.string().check(z.regex(/^(0|-?[1-9]\d*)$/), z.describe(description));
