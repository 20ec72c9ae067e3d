import { describe, expect, it } from 'vitest';
import { findKernel, kernels } from '../../../functions/kernels/registry.ts';
import { keepsTheContract } from './contract.ts';

describe('the registry', () => {
  it('has the six kernels of the design', () => {
    expect(kernels.map(({ name }) => name).toSorted()).toEqual([
      'item-statistics',
      'mersenne-test',
      'option-price',
      'prime-count',
      'random-sum',
      'sum-of-squares',
    ]);
  });

  it('has each version of a name once, the newest first', () => {
    for (const { name } of kernels) {
      const versions = kernels.filter((kernel) => kernel.name === name).map(({ version }) => version);
      expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => b - a));
    }
  });

  it('finds a kernel by its name, in the newest version or the one that is asked for', () => {
    for (const kernel of kernels) {
      expect(findKernel(kernel.name)?.version).toBeGreaterThanOrEqual(kernel.version);
      expect(findKernel(kernel.name, kernel.version)).toBe(kernel);
    }
  });

  it('does not find what is not there', () => {
    expect(findKernel('no-such-kernel')).toBeUndefined();
    expect(findKernel('prime-count', 999)).toBeUndefined();
    expect(findKernel('constructor')).toBeUndefined();
  });
});

describe.each(kernels)('$name', keepsTheContract);
