import { expect, it } from 'vitest';
import type { Kernel } from '../../functions/lib/engine/kernel.ts';
import { checkKernels, type RegisteredKernel } from '../../functions/lib/kernel/check-kernels.ts';
import { runParallel, runSequential } from './kernel-runs.ts';

/** Runs a kernel that needs nothing but its input. */
const run = async (kernel: Kernel<unknown>, input: unknown): Promise<unknown> =>
  kernel.kind === 'parallel'
    ? runParallel(kernel, input)
    : (await runSequential(kernel, input, undefined)).output;

/** What every kernel owes to the engine and to the readers of the API document. */
export const keepsTheContract = ({ kernel, file }: RegisteredKernel): void => {
  const { example } = kernel;

  it('describes itself well enough to be built', () => {
    expect(() => checkKernels([{ kernel, file }])).not.toThrow();
  });

  it('accepts its example, and not with a member that it does not know', () => {
    expect(kernel.input().safeParse(example.input).success).toBe(true);
    expect(kernel.output().safeParse(example.output).success).toBe(true);
    expect(kernel.input().safeParse({ ...example.input, surprise: 1 }).error?.issues).toMatchObject([
      { code: 'unrecognized_keys' },
    ]);
  });

  it.each([[null], [[]], ['text'], [7]])('refuses %j as an input', (input) => {
    expect(kernel.input().safeParse(input).success).toBe(false);
  });

  // The result of any other kernel depends on more than its input, so its own test has to hand that in.
  if (!kernel.pure) return;
  it('computes its example, twice with the same bits', async () => {
    const pure = kernel as Kernel<unknown>;
    const input = pure.input().parse(example.input);
    const output = await run(pure, input);
    expect(output).toEqual(example.output);
    expect(JSON.stringify(await run(pure, input))).toBe(JSON.stringify(output));
  });
};
