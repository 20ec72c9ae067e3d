import type { ContextOf, Kernel } from '../lib/engine/kernel.ts';
import { kernelLookup } from '../lib/engine/kernel-lookup.ts';
import * as registry from './registry.ts';

/** What the registered kernels need from the worker besides their input. */
export type KernelContext = ContextOf<(typeof registry)[keyof typeof registry]>;

export const { kernels, findKernel } = kernelLookup(Object.values<Kernel<KernelContext>>(registry));
