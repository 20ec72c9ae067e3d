/*
 * What most kernels are made of. Arithmetic that the engine must not change (`numeric.ts`), random numbers
 * (`random.ts`) and WebAssembly (`web-assembly.ts`) are imported from their own files: by what computes, so that
 * nothing else loads them.
 */

export type { Codec } from '../engine/kernel.ts';
export { KernelRefusal, parallel, sequential } from '../engine/kernel.ts';
export { MAX_PARTS } from '../engine/limits.ts';
export { bigint, float64, integer, json, struct } from './codecs.ts';
export {
  atMost,
  decimalField,
  grouped,
  integerField,
  numberField,
  objectField,
  positiveField,
  seedField,
  WORK_BOUND,
  workField,
} from './fields.ts';
export { evenSplit, maxUnits } from './split.ts';
