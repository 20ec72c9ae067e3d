import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Kernel } from '../../../functions/lib/engine/kernel.ts';
import { keepsTheContract } from './contract.ts';
import { digitSum } from './digit-sum.ts';

describe("a newcomer's kernel", () => {
  it('takes less than thirty lines', () => {
    const source = readFileSync(new URL('./digit-sum.ts', import.meta.url), 'utf8');
    expect(source.trimEnd().split('\n').length).toBeLessThan(30);
  });

  it('goes into the registry as it is', () => {
    const kernels: readonly Kernel[] = [digitSum];
    expect(kernels).toHaveLength(1);
  });

  keepsTheContract(digitSum);
});
