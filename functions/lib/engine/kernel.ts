import type * as z from 'zod/mini';
import { lazy } from '../lazy.ts';

/**
 * How a partial result or a state travels: to bytes and back, exactly. At most 32 KB (`MAX_PARTIAL_BYTES`).
 * Floating-point state must keep every bit (−0 included), so that it never depends on how numbers are printed.
 */
export interface Codec<T> {
  encode(value: T): Uint8Array;
  decode(bytes: Uint8Array): T;
}

/** What a reader sees of any kernel. */
interface Described<Input, Output> {
  readonly name: string;
  /** Rises whenever the result or the parts of an input would change. */
  readonly version: number;
  readonly description: string;
  /** Bounds the work as well as the shape: a computation has at most `MAX_PARTS` parts. */
  readonly input: () => z.ZodMiniType<Input>;
  readonly output: () => z.ZodMiniType<Output>;
  readonly example: { readonly input: NoInfer<Input>; readonly output: NoInfer<Output> };
  /** A pure kernel's result is a function of its input, so it is computed once and shared. */
  readonly pure: boolean;
}

/**
 * Work that splits. Parts are numbered from 0; how many there are is a function of the input and the version
 * alone, and `combine` is always called on neighbours, left before right, in the order of the tree, so the
 * result has the same bits whatever ran where.
 *
 * `Context` is what the kernel needs from the worker beyond its input, such as a reader of the tenant's records. The
 * worker hands it in; a kernel that needs nothing does not mention it.
 */
export interface ParallelKernel<Input, Partial, Output, Context = unknown> extends Described<Input, Output> {
  readonly kind: 'parallel';
  /**
   * How many parts the input has, from 1 to `MAX_PARTS`. The work of a large input aims at one to ten
   * seconds a part; `evenSplit` cuts smaller ones into about a hundred, so that progress is worth watching.
   */
  parts(input: Input): number;
  /** One part; a function of its input and its number. */
  readonly compute: (input: Input, part: number, context: Context) => Partial | Promise<Partial>;
  combine(left: Partial, right: Partial, input: Input): Partial;
  finish(partial: Partial, input: Input): NoInfer<Output>;
  readonly partial: Codec<Partial>;
}

/**
 * Work that cannot be split: a state that steps from its start to its end. The engine decides when the state
 * becomes a checkpoint, so a step is short (aim at 20–100 ms) and depends on the state alone. `Context` as above.
 */
export interface SequentialKernel<Input, State, Output, Context = unknown> extends Described<Input, Output> {
  readonly kind: 'sequential';
  start(input: Input): State;
  /** The next state. Never called when `progress` says that all is done. */
  readonly step: (state: State, input: Input, context: Context) => State | Promise<State>;
  /**
   * How far the state is. `total` may grow for work whose size is not known before; equal means finished, also
   * when both are 0 because there was nothing to do.
   */
  progress(state: State, input: Input): { readonly done: number; readonly total: number };
  finish(state: State, input: Input): NoInfer<Output>;
  readonly state: Codec<State>;
}

/** Makes the schemas once, when they are first needed: the start of a worker waits for none. */
const withLateSchemas = <K extends Pick<Described<unknown, unknown>, 'input' | 'output'>>(kernel: K): K => ({
  ...kernel,
  input: lazy(kernel.input),
  output: lazy(kernel.output),
});

/** A parallel kernel, its types inferred from its schemas and its codec. */
export const parallel = <Input, Partial, Output, Context = unknown>(
  kernel: Omit<ParallelKernel<Input, Partial, Output, Context>, 'kind'>,
): ParallelKernel<Input, Partial, Output, Context> => ({ ...withLateSchemas(kernel), kind: 'parallel' });

/** A sequential kernel, in the same way. */
export const sequential = <Input, State, Output, Context = unknown>(
  kernel: Omit<SequentialKernel<Input, State, Output, Context>, 'kind'>,
): SequentialKernel<Input, State, Output, Context> => ({ ...withLateSchemas(kernel), kind: 'sequential' });

// biome-ignore-start lint/suspicious/noExplicitAny: each kernel is used with its own input and partial results only
export type AnyParallelKernel<Context> = ParallelKernel<any, any, any, Context>;
export type AnySequentialKernel<Context> = SequentialKernel<any, any, any, Context>;
// biome-ignore-end lint/suspicious/noExplicitAny: see above

/** A kernel that a worker with this context can run. Without one: any kernel, for those that only describe it. */
export type Kernel<Context = never> = AnyParallelKernel<Context> | AnySequentialKernel<Context>;

/** What a worker must hand in to run each of these kernels. */
export type ContextOf<K extends Kernel> = [K] extends [Kernel<infer Context>] ? Context : never;

/** A kernel's own no: the input is outside its domain or the result too large. Fails the computation at once. */
export class KernelRefusal extends Error {
  override readonly name = 'KernelRefusal';
}
