import type { Kernel } from '../lib/engine/kernel.ts';
import { itemStatistics } from './item-statistics/index.ts';
import { mersenneTest } from './mersenne-test/index.ts';
import { optionPrice } from './option-price/index.ts';
import { primeCount } from './prime-count/index.ts';
import { randomSum } from './random-sum/index.ts';
import { sumOfSquares } from './sum-of-squares/index.ts';

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
