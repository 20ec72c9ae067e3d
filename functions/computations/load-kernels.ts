import { lazy } from '../lib/lazy.ts';

/** Every kernel. They are loaded with the first submission: an instance that gets none starts without them. */
export const loadKernels = lazy(async () => (await import('../kernels/index.ts')).kernels);
