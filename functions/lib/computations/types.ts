import * as z from 'zod/mini';
import { computationFields, pageOf, summaryFields } from './schema.ts';

/** What clients may know of a computation type: the newest kernel of a name has it. */
export interface ComputationType {
  readonly name: string;
  readonly version: number;
  readonly description: string;
  readonly input: () => z.ZodMiniType;
  readonly output: () => z.ZodMiniType;
  readonly example: { readonly input: unknown; readonly output: unknown };
}

/** The start of a component's name: `prime-count` is `PrimeCount`. */
const componentName = (type: string): string =>
  type
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');

/** A schema that is a component of the API document; where what is read differs from what is sent, two. */
const named = (schema: z.ZodMiniType, id: string): z.ZodMiniType =>
  schema.check(z.meta({ id, outputId: `${id}WithDefaults` }));

/** What a client submits: a type and the input that it takes. Every type is refused when there is none. */
export const newComputation = (
  types: readonly ComputationType[],
): z.ZodMiniType<{ readonly type: string; readonly input: unknown }> => {
  const [first, ...others] = types.map(({ name, input, description, example }) =>
    z.strictObject({ type: z.literal(name), input: named(input(), `${componentName(name)}Input`) }).check(
      z.meta({
        id: `${componentName(name)}Submission`,
        title: name,
        description,
        examples: [{ type: name, input: example.input }],
      }),
    ),
  );
  if (first === undefined) {
    const type = z.string().check(z.refine(() => false, 'is not known: there is no computation type'));
    return z.strictObject({ type, input: z.unknown() }).check(z.meta({ id: 'NewComputation' }));
  }
  const names = types.map(({ name }) => name);
  return z
    .discriminatedUnion('type', [first, ...others], {
      error: ({ input }) =>
        typeof input === 'object' && input !== null
          ? `must be one of ${names.join(', ')}`
          : 'must be an object',
    })
    .check(z.meta({ id: 'NewComputation' }));
};

/** What an example of a computation has besides its type, input and result. */
const exampleFields = {
  id: 'rXJ3sDLPbbXKJmgB8pOZlw',
  status: 'succeeded',
  createdAt: '2026-11-20T12:00:00.000Z',
  startedAt: '2026-11-20T12:00:00.100Z',
  finishedAt: '2026-11-20T12:00:03.000Z',
};

/**
 * What the API document tells in place of what operations say of a computation of any type, by the component that it
 * stands for: one of the types that there are, each with its own input and result.
 */
export const computationsByType = (
  types: readonly ComputationType[],
): Readonly<Record<string, z.ZodMiniType>> => {
  const variants = types.map(({ name, version, input, output, example }) => {
    const component = componentName(name);
    const own = {
      type: z.literal(name),
      input: named(input(), `${component}Input`),
      result: z.optional(named(output(), `${component}Result`)),
    };
    const summary = { ...exampleFields, type: name, version, input: example.input, result: example.output };
    const progress = { done: 1, total: 1 };
    return {
      alone: z
        .strictObject({ ...computationFields(), ...own })
        .check(z.meta({ id: `${component}Computation`, title: name, examples: [{ ...summary, progress }] })),
      listed: z
        .strictObject({ ...summaryFields(), ...own })
        .check(z.meta({ id: `${component}Summary`, title: name, examples: [summary] })),
    };
  });
  const [first, ...others] = variants;
  if (first === undefined) return {};
  const anySummary = z
    .discriminatedUnion('type', [first.listed, ...others.map(({ listed }) => listed)])
    .check(z.meta({ id: 'ComputationSummary' }));
  return {
    Computation: z
      .discriminatedUnion('type', [first.alone, ...others.map(({ alone }) => alone)])
      .check(z.meta({ id: 'Computation' })),
    ComputationPage: pageOf(anySummary),
  };
};
