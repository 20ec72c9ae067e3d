import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { type Kernel, parallel, sequential } from '../../../functions/lib/engine/kernel.ts';
import { checkKernels } from '../../../functions/lib/kernel/check-kernels.ts';
import { bigint, integer, json } from '../../../functions/lib/kernel/codecs.ts';
import { decimalField, integerField, objectField } from '../../../functions/lib/kernel/fields.ts';

const doubling = parallel({
  name: 'doubling',
  version: 1,
  description: 'Twice a number.',
  pure: true,
  input: () => objectField({ n: integerField('The number.') }),
  output: () => objectField({ twice: decimalField('Its double.') }),
  example: { input: { n: 2 }, output: { twice: '4' } },
  parts: () => 1,
  compute: ({ n }) => BigInt(2 * n),
  combine: (left, right) => left + right,
  finish: (sum) => ({ twice: String(sum) }),
  partial: bigint,
});

const countdown = sequential({
  name: 'countdown',
  version: 1,
  description: 'Counts down.',
  pure: true,
  input: () => objectField({ from: integerField('Where it begins.') }),
  output: () => objectField({ at: integerField('Where it ends.') }),
  example: { input: { from: 3 }, output: { at: 0 } },
  start: ({ from }): number => from,
  step: (at) => at - 1,
  progress: (at, { from }) => ({ done: from - at, total: from }),
  finish: (at) => ({ at }),
  state: integer,
});

const file = 'functions/kernels/some-kernel/index.ts';
const check = (...kernels: object[]) =>
  checkKernels(kernels.map((kernel) => ({ kernel: kernel as Kernel, file })));

const described = (description: string) => z.describe(description);

describe('checkKernels', () => {
  it('accepts no kernels, kernels of both kinds, and two versions of one kernel', () => {
    expect(() => check()).not.toThrow();
    expect(() => check(doubling, countdown, { ...doubling, version: 2 })).not.toThrow();
  });

  it.each<[string, object, string]>([
    [
      'a name in camel case',
      { ...doubling, name: 'twoTimes' },
      'name "twoTimes" must be in kebab case, such as "two-times"',
    ],
    [
      'a name with spaces',
      { ...doubling, name: ' Two  times!' },
      'name " Two  times!" must be in kebab case, such as "two-times"',
    ],
    [
      'a name without letters',
      { ...doubling, name: '' },
      'name "" must be in kebab case, such as "my-kernel"',
    ],
    [
      'a long name',
      { ...doubling, name: 'a'.repeat(101) },
      `name "${'a'.repeat(101)}" must have at most 100 characters`,
    ],
    [
      'a version that is no whole number',
      { ...doubling, version: 1.5 },
      'version 1.5 must be a whole number from 1',
    ],
    ['version 0', { ...doubling, version: 0 }, 'version 0 must be a whole number from 1'],
    [
      'no description',
      { ...doubling, description: '' },
      'description must be sentences that end with a full stop',
    ],
    [
      'a schema that JSON Schema cannot express',
      { ...doubling, output: () => objectField({ twice: z.bigint().check(described('Its double.')) }) },
      "output has what JSON Schema cannot express (BigInt cannot be represented in JSON Schema): write what JSON has, such as decimalField('…') for a bigint",
    ],
    [
      'an input that is no object',
      { ...doubling, input: () => z.number() },
      'input must be an object: write objectField({ … })',
    ],
    [
      'a member without a description',
      { ...doubling, input: () => objectField({ n: z.int() }) },
      "input has a member without a description, /n: write .check(z.describe('…')) after it",
    ],
    [
      'a member without a description in a list of a choice',
      {
        ...doubling,
        output: () =>
          z.union([
            objectField({ none: integerField('Nothing.') }),
            objectField({ all: z.array(objectField({ each: z.string() })).check(described('All.')) }),
          ]),
      },
      "output has a member without a description, /all/*/each: write .check(z.describe('…')) after it",
    ],
    [
      'an example whose input breaks its schema',
      { ...doubling, example: { input: { n: -1 }, output: { twice: '4' } } },
      "example.input.n breaks the kernel's own schema (must be at least 0): correct one of them",
    ],
    [
      'an example whose output breaks its schema',
      { ...doubling, example: { input: { n: 2 }, output: {} } },
      "example.output.twice breaks the kernel's own schema (Invalid input): correct one of them",
    ],
    [
      'an input that takes unknown members',
      { ...doubling, input: () => z.object({ n: z.int().check(described('The number.')) }) },
      'input takes members that it does not know: write objectField({ … }) or z.strictObject({ … })',
    ],
    [
      'more parts than a computation may have',
      { ...doubling, parts: () => 10_001 },
      'parts gives 10001 for the example: it must give a whole number from 1 to 10,000, as evenSplit does',
    ],
    [
      'no parts',
      { ...doubling, parts: () => 0 },
      'parts gives 0 for the example: it must give a whole number from 1 to 10,000, as evenSplit does',
    ],
    [
      'parts that throw',
      {
        ...doubling,
        parts: () => {
          throw new RangeError('no');
        },
      },
      'parts throws for the example (RangeError: no): correct one of them',
    ],
    [
      'a state that does not fit',
      { ...countdown, start: () => 'x'.repeat(40_000), state: json<string>() },
      'start gives a state of 40,002 bytes for the example: it must have at most 32,768',
    ],
    [
      'a state that its codec loses',
      { ...countdown, start: () => ({ at: undefined }), state: json<object>() },
      'state does not decode what it encodes: write a codec for all that start gives, such as struct({ … })',
    ],
    [
      'a state that its codec refuses',
      { ...countdown, start: () => 0.5 },
      'start throws for the example (RangeError: 0.5 is not a safe integer): correct one of them',
    ],
  ])('refuses %s, with the file and what to write', (_, kernel, message) => {
    expect(() => check(kernel)).toThrow(new Error(`${file}: ${message}.`));
  });

  it('refuses a version of a name that another file has', () => {
    const registered = [
      { kernel: doubling, file },
      { kernel: { ...countdown, name: 'doubling' }, file: 'functions/kernels/other/index.ts' },
    ];
    expect(() => checkKernels(registered)).toThrow(
      new Error(
        `functions/kernels/other/index.ts: "doubling", version 1, is in ${file} already: write another name or a higher version.`,
      ),
    );
  });
});
