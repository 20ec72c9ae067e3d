import type { Codec, ParallelKernel, SequentialKernel } from '../../functions/lib/engine/kernel.ts';

const throughCodec = <T>({ encode, decode }: Codec<T>, value: T): T => decode(encode(value));

/** The partial results of all parts, each through its codec, computed in this order. */
export const partials = async <Input, Partial, Output>(
  kernel: ParallelKernel<Input, Partial, Output>,
  input: Input,
  order: (a: number, b: number) => number = (a, b) => a - b,
): Promise<Partial[]> => {
  const results: Partial[] = [];
  const parts = Array.from({ length: kernel.parts(input) }, (_, part) => part);
  for (const part of parts.toSorted(order)) {
    results[part] = throughCodec(kernel.partial, await kernel.compute(input, part, undefined));
  }
  return results;
};

/** The result of a parallel kernel, its parts folded from left to right. */
export const runParallel = async <Input, Partial, Output>(
  kernel: ParallelKernel<Input, Partial, Output>,
  input: Input,
): Promise<Output> => {
  const all = await partials(kernel, input);
  return kernel.finish(
    all.reduce((left, right) => kernel.combine(left, right, input)),
    input,
  );
};

/** The result of a sequential kernel, each of its states through its codec. */
export const runSequential = async <Input, State, Output, Context>(
  kernel: SequentialKernel<Input, State, Output, Context>,
  input: Input,
  context: Context,
): Promise<{ output: Output; steps: number }> => {
  let state = kernel.start(input);
  for (let steps = 0; ; steps += 1) {
    const { done, total } = kernel.progress(state, input);
    if (done === total) return { output: kernel.finish(state, input), steps };
    state = await kernel.step(throughCodec(kernel.state, state), input, context);
  }
};

/**
 * Combines neighbours in an order chosen by `choose` (which of `n` gaps to close next), the associations that
 * any tree could have.
 */
export const foldAnyhow = <T>(
  values: readonly T[],
  combine: (left: T, right: T) => T,
  choose: (gaps: number) => number,
): T => {
  const rest = [...values];
  while (rest.length > 1) {
    const gap = choose(rest.length - 1);
    const [left, right] = rest.slice(gap, gap + 2) as [T, T];
    rest.splice(gap, 2, combine(left, right));
  }
  return rest[0] as T;
};
