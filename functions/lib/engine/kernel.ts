import type * as z from 'zod/mini';
import { memoized } from '../lazy.ts';

/**
 * The most parts a computation may have. It bounds the work of one request and the size of its tree, so every
 * parallel kernel's input schema refuses what would need more.
 */
export const MAX_PARTS = 10_000;

/**
 * How a partial result travels: to bytes and back, exactly. A slot holds at most 32 KB.
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
  /** Bounds the work as well as the shape: a computation has at most {@link MAX_PARTS} parts. */
  readonly input: z.ZodMiniType<Input>;
  readonly output: z.ZodMiniType<Output>;
  readonly example: { readonly input: NoInfer<Input>; readonly output: NoInfer<Output> };
  /** A pure kernel's result is a function of its input, so it is computed once and shared. */
  readonly pure: boolean;
}

/**
 * Work that splits. Parts are numbered from 0; how many there are is a function of the input and the version
 * alone, and `combine` is always called on neighbours, left before right, in the order of the tree, so the
 * result has the same bits whatever ran where.
 */
export interface ParallelKernel<Input, Partial, Output> extends Described<Input, Output> {
  readonly kind: 'parallel';
  /**
   * How many parts the input has, from 1 to {@link MAX_PARTS}. The work of a large input aims at one to ten
   * seconds a part; `evenSplit` cuts smaller ones into about a hundred, so that progress is worth watching.
   */
  parts(input: Input): number;
  /** One part; a pure function of its arguments. */
  compute(input: Input, part: number): Partial | Promise<Partial>;
  combine(left: Partial, right: Partial, input: Input): Partial;
  finish(partial: Partial, input: Input): NoInfer<Output>;
  readonly partial: Codec<Partial>;
}

/** What a sequential step may read besides its input: the items of the tenant that asked. */
export interface ItemReader {
  /** One page of the tenant's items in the order of their ids, from just after `after`. */
  page(after: number | undefined): Promise<{
    items: readonly { readonly id: number; readonly name: string; readonly description: string }[];
    next: number | undefined;
  }>;
}

/**
 * Work that cannot be split: a state that steps from its start to its end. The engine decides when the state
 * becomes a checkpoint, so a step is short (aim at 20–100 ms) and depends on the state alone.
 */
export interface SequentialKernel<Input, State, Output> extends Described<Input, Output> {
  readonly kind: 'sequential';
  start(input: Input): State;
  /** The next state. Never called when `progress` says that all is done. */
  step(state: State, input: Input, items: ItemReader): State | Promise<State>;
  /**
   * How far the state is. `total` may grow for work whose size is not known before; equal means finished, also
   * when both are 0 because there was nothing to do.
   */
  progress(state: State, input: Input): { readonly done: number; readonly total: number };
  finish(state: State, input: Input): NoInfer<Output>;
  /** At most 32 KB encoded. */
  readonly state: Codec<State>;
}

/**
 * A parallel kernel, its types inferred from its schemas and its codec. Schemas may be getters: then only the start
 * of who needs them waits for them.
 */
export const parallel = <Input, Partial, Output>(
  kernel: Omit<ParallelKernel<Input, Partial, Output>, 'kind'>,
): ParallelKernel<Input, Partial, Output> => Object.assign(memoized(kernel), { kind: 'parallel' as const });

/** A sequential kernel, in the same way. */
export const sequential = <Input, State, Output>(
  kernel: Omit<SequentialKernel<Input, State, Output>, 'kind'>,
): SequentialKernel<Input, State, Output> => Object.assign(memoized(kernel), { kind: 'sequential' as const });

// biome-ignore lint/suspicious/noExplicitAny: a registry holds kernels of every type; each is used only with its own input
export type Kernel = ParallelKernel<any, any, any> | SequentialKernel<any, any, any>;

/** A kernel's own no: the input is outside its domain or the result too large. Fails the computation at once. */
export class KernelRefusal extends Error {
  override readonly name = 'KernelRefusal';
}
