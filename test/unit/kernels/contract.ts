import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { ItemReader } from '../../../functions/kernels/item-statistics/index.ts';
import type { Kernel } from '../../../functions/lib/engine/kernel.ts';
import { MAX_PARTS } from '../../../functions/lib/engine/limits.ts';
import { reader, runParallel, runSequential } from './run.ts';

type Schema = z.core.JSONSchema.BaseSchema;

/** Every schema inside this one that describes a member of an object, with the member's path. */
const members = (schema: Schema, path = ''): [string, Schema][] => [
  ...Object.entries(schema.properties ?? {}).flatMap(([name, member]): [string, Schema][] => [
    [`${path}/${name}`, member as Schema],
    ...members(member as Schema, `${path}/${name}`),
  ]),
  ...[...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].flatMap((option) => members(option, path)),
  ...(typeof schema.items === 'object' ? members(schema.items as Schema, `${path}[]`) : []),
];

/** What every kernel owes to the engine and to the reader of `GET /computation-types`. */
export const keepsTheContract = (kernel: Kernel<{ items: ItemReader }>): void => {
  it('has a name in kebab case, a version and a description', () => {
    expect(kernel.name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(Number.isSafeInteger(kernel.version) && kernel.version >= 1).toBe(true);
    expect(kernel.description).toMatch(/\.$/);
  });

  it.each(['input', 'output'] as const)('has a JSON Schema of its %s that describes every member', (side) => {
    const schema = z.toJSONSchema(kernel[side], { io: side }) as Schema;
    const all = members(schema);
    expect(all.length).toBeGreaterThan(0);
    for (const [path, member] of all) expect(member.description, path).toBeTruthy();
  });

  it('accepts its example, and not with a member that it does not know', () => {
    const { input, output } = kernel.example;
    expect(kernel.input.safeParse(input).success).toBe(true);
    expect(kernel.output.safeParse(output).success).toBe(true);
    expect(kernel.input.safeParse({ ...input, surprise: 1 }).error?.issues).toMatchObject([
      { code: 'unrecognized_keys', message: 'unknown member: surprise' },
    ]);
  });

  it.each([[null], [[]], ['text'], [7]])('refuses %j as an input', (input) => {
    expect(kernel.input.safeParse(input).success).toBe(false);
  });

  it('computes its example', async () => {
    const { input, output } = kernel.example;
    if (kernel.kind === 'parallel') {
      expect(kernel.parts(input)).toBeGreaterThanOrEqual(1);
      expect(kernel.parts(input)).toBeLessThanOrEqual(MAX_PARTS);
      expect(await runParallel(kernel, input)).toEqual(output);
    } else {
      const items = reader([{ id: 1, name: 'Blue', description: 'A blue bicycle' }]);
      expect((await runSequential(kernel, input, items)).output).toEqual(output);
    }
  });
};
