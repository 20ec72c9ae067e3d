import * as z from 'zod/mini';
import {
  KernelRefusal,
  type ParallelKernel,
  type SequentialKernel,
} from '../../functions/lib/engine/kernel.ts';

const text = {
  encode: (value: string) => new TextEncoder().encode(value),
  decode: (bytes: Uint8Array) => new TextDecoder().decode(bytes),
};

interface Letters {
  readonly parts: number;
}

/**
 * Writes its parts one after another with the shape of their fold, so that any part lost, counted twice or
 * combined in another order shows in the result.
 */
export const letters: ParallelKernel<Letters, string, { text: string }> = {
  kind: 'parallel',
  name: 'letters',
  version: 1,
  description: 'The shape of a fold',
  input: () => z.object({ parts: z.int() }),
  output: () => z.object({ text: z.string() }),
  example: { input: { parts: 1 }, output: { text: '0' } },
  pure: true,
  partial: text,
  parts: ({ parts }) => parts,
  compute: (_, part) => String(part),
  combine: (left, right) => `(${left} ${right})`,
  finish: (value) => ({ text: value }),
};

/** The same, but parts listed in `refuses` are refused and those in `throws` throw. */
export const moody = (name: string, { refuses = [] as number[], throws = [] as number[] }) => ({
  ...letters,
  name,
  compute: (_: Letters, part: number) => {
    if (refuses.includes(part)) throw new KernelRefusal(`part ${part} is out of the domain`);
    if (throws.includes(part)) throw new TypeError(`part ${part} is broken`);
    return String(part);
  },
});

interface Counter {
  readonly to: number;
}

/** Counts, one a step. `onStep` is called at each, for instance to let the clock go on. */
export const counter = (
  onStep: () => void = () => {},
): SequentialKernel<Counter, number, { at: number }> => ({
  kind: 'sequential',
  name: 'counter',
  version: 1,
  description: 'Counts',
  input: () => z.object({ to: z.int() }),
  output: () => z.object({ at: z.int() }),
  example: { input: { to: 1 }, output: { at: 1 } },
  pure: true,
  state: { encode: (at) => text.encode(String(at)), decode: (bytes) => Number(text.decode(bytes)) },
  start: () => 0,
  step: (at) => {
    onStep();
    return at + 1;
  },
  progress: (at, { to }) => ({ done: at, total: to }),
  finish: (at) => ({ at }),
});
