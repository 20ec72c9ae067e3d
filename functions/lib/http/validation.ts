import type * as z from 'zod/mini';
import { pointer } from './pointer.ts';
import { type FieldError, invalid } from './problem.ts';

/** So many errors tell a client enough; a body full of unknown members would else be answered in full. */
const MAX_ERRORS = 20;
/** A name longer than this is a client's accident or attack, and is not sent back. */
const MAX_NAME_LENGTH = 100;

type Issue = Parameters<z.core.$ZodErrorMap>[0];

const types: Record<string, string> = { int: 'a whole number', array: 'an array', object: 'an object' };

const plural = (count: number | bigint, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`;

const bounded = (
  { origin, inclusive }: { readonly origin: string; readonly inclusive?: boolean },
  bound: number | bigint,
  [atBound, beyond]: readonly [string, string],
): string => {
  if (origin === 'string') return `must have ${plural(bound, 'character')} ${atBound}`;
  if (origin === 'array') return `must have ${plural(bound, 'element')} ${atBound}`;
  return inclusive === false ? `must be ${beyond} ${bound}` : `must be ${bound} ${atBound}`;
};

const oneOf = (values: readonly unknown[]): string => {
  const listed = values.map((value) => JSON.stringify(value));
  return listed.length === 1 ? `must be ${listed[0]}` : `must be one of ${listed.join(', ')}`;
};

/** What was expected, and never what was sent: a value can be huge, or a secret. */
const describe = (issue: Issue): string => {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is required';
      return `must be ${types[issue.expected] ?? `a ${issue.expected}`}`;
    case 'too_small':
      return bounded(issue, issue.minimum, ['or more', 'more than']);
    case 'too_big':
      return bounded(issue, issue.maximum, ['or less', 'less than']);
    case 'invalid_value':
      return oneOf(issue.values);
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_format':
      return issue.pattern === undefined ? `must be a valid ${issue.format}` : `must match ${issue.pattern}`;
    case 'unrecognized_keys':
      return 'is not known here';
    case 'invalid_union': {
      // Those of its discriminator, where it has one.
      const { options } = issue as { readonly options?: readonly unknown[] };
      return options === undefined ? 'fits none of the allowed forms' : oneOf(options);
    }
    default:
      return 'is not valid';
  }
};

/** The issue's places: an unknown member is an error of its own, unless its name is too long to repeat. */
const placed = (issue: z.core.$ZodIssue, base: readonly PropertyKey[]): FieldError[] => {
  const path = [...base, ...issue.path];
  if (issue.code !== 'unrecognized_keys') return [{ pointer: pointer(path), detail: issue.message }];
  // Stryker disable next-line MethodExpression: what is past the limit is dropped by `check` too, only later
  return issue.keys
    .slice(0, MAX_ERRORS)
    .map((key) =>
      key.length > MAX_NAME_LENGTH
        ? { pointer: pointer(path), detail: 'has an unknown member with a very long name' }
        : { pointer: pointer([...path, key]), detail: issue.message },
    );
};

export type Checked<T> = { readonly value: T } | { readonly errors: readonly FieldError[] };

/** Checks a value; `base` is where it stands in the request, as in `['query']`. A schema's own messages win. */
export const check = <T>(
  schema: z.ZodMiniType<T>,
  value: unknown,
  base: readonly PropertyKey[] = [],
): Checked<T> => {
  const parsed = schema.safeParse(value, { error: describe });
  if (parsed.success) return { value: parsed.data };
  // Two checks of one value may say the same.
  const errors = new Map(
    parsed.error.issues
      .flatMap((issue) => placed(issue, base))
      .map((error) => [`${error.pointer} ${error.detail}`, error]),
  );
  return { errors: [...errors.values()].slice(0, MAX_ERRORS) };
};

/**
 * The value, parsed.
 *
 * @throws Problem 422 that names every place (up to twenty) where it breaks the schema.
 */
export const parse = <T>(schema: z.ZodMiniType<T>, value: unknown, base: readonly PropertyKey[] = []): T => {
  const checked = check(schema, value, base);
  if ('errors' in checked) throw invalid(checked.errors);
  return checked.value;
};
