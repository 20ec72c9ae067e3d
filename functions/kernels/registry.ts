import type { ContextOf, Kernel } from '../lib/engine/kernel.ts';
import { itemStatistics } from './item-statistics/index.ts';
import { mersenneTest } from './mersenne-test/index.ts';
import { optionPrice } from './option-price/index.ts';
import { primeCount } from './prime-count/index.ts';
import { randomSum } from './random-sum/index.ts';
import { sumOfSquares } from './sum-of-squares/index.ts';

/** Every computation type. Adding one is its folder and a line here; of versions of one name, the newest is first. */
const known = [sumOfSquares, randomSum, primeCount, optionPrice, mersenneTest, itemStatistics];

/** What these kernels need from the worker besides their input. */
export type KernelContext = ContextOf<(typeof known)[number]>;

export const kernels: readonly Kernel<KernelContext>[] = known;

/** The kernel of that name and version, or the newest of that name; undefined when there is none. */
export const findKernel = (name: string, version?: number): Kernel<KernelContext> | undefined =>
  kernels.find((kernel) => kernel.name === name && (version === undefined || kernel.version === version));
