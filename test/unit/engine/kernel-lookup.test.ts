import { describe, expect, it } from 'vitest';
import { kernelLookup } from '../../../functions/lib/engine/kernel-lookup.ts';
import { letters } from '../../support/kernels.ts';

const version = (name: string, version: number) => ({ ...letters, name, version });

const [newest, older, oldest] = [version('letters', 10), version('letters', 9), version('letters', 1)];
const other = version('digits', 3);
const { kernels, findKernel } = kernelLookup([oldest, newest, other, older]);

describe('kernelLookup', () => {
  it('offers the newest version of each kernel, by name', () => {
    expect(kernels).toEqual([other, newest]);
    expect(kernelLookup([]).kernels).toEqual([]);
  });

  it('finds the newest version of a name, or the one that is asked for', () => {
    expect(findKernel('letters')).toBe(newest);
    expect([10, 9, 1].map((each) => findKernel('letters', each))).toEqual([newest, older, oldest]);
    expect(findKernel('digits', 3)).toBe(other);
  });

  it('finds nothing that is not there', () => {
    expect(findKernel('letters', 2)).toBeUndefined();
    expect(findKernel('digits', 10)).toBeUndefined();
    expect(findKernel('constructor')).toBeUndefined();
    expect(kernelLookup([]).findKernel('letters')).toBeUndefined();
  });
});
