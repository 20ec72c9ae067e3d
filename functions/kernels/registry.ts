import { itemStatistics } from './item-statistics.ts';
import type { Kernel } from './kernel.ts';
import { mersenneTest } from './mersenne-test.ts';
import { optionPrice } from './option-price.ts';
import { primeCount } from './prime-count.ts';
import { randomSum } from './random-sum.ts';
import { sumOfSquares } from './sum-of-squares.ts';

/** Every computation type. Adding one is its file and a line here; of versions of one name, the newest is first. */
export const kernels: readonly Kernel[] = [
  sumOfSquares,
  randomSum,
  primeCount,
  optionPrice,
  mersenneTest,
  itemStatistics,
];

/** The kernel of that name and version, or the newest of that name; undefined when there is none. */
export const findKernel = (name: string, version?: number): Kernel | undefined =>
  kernels.find((kernel) => kernel.name === name && (version === undefined || kernel.version === version));
