import { describe, expect, it } from 'vitest';
import { findKernel, kernels } from '../../../functions/kernels/index.ts';
import { checkKernels } from '../../../functions/lib/kernel/check-kernels.ts';
import { registeredKernels } from '../../../infra/registered-kernels.ts';
import { keepsTheContract } from '../../support/kernel-contract.ts';

const registered = registeredKernels();

describe('the registry', () => {
  it('holds kernels that can live side by side', () => {
    expect(() => checkKernels(registered)).not.toThrow();
  });

  it('finds each kernel by its name and version', () => {
    for (const { kernel, file } of registered) {
      expect(findKernel(kernel.name, kernel.version), file).toBe(kernel);
    }
  });

  it('offers the newest version of each name', () => {
    expect(kernels.map(({ name }) => name)).toEqual([
      ...new Set(registered.map(({ kernel }) => kernel.name).sort()),
    ]);
    for (const kernel of kernels) expect(findKernel(kernel.name)).toBe(kernel);
  });

  it('knows the file of each kernel', () => {
    for (const { file } of registered) expect(file).toMatch(/^functions\/kernels\/[^/]+\/.+\.ts$/);
  });
});

// A team's kernel is tested here as soon as it is registered, beside whatever tests its own folder has.
for (const each of registered) {
  describe(`${each.kernel.name}, version ${each.kernel.version}`, () => keepsTheContract(each));
}
