import * as z from 'zod/mini';
import {
  type Kernel,
  KernelRefusal,
  type ParallelKernel,
  type SequentialKernel,
} from '../../../functions/lib/engine/kernel.ts';
import { foldTree } from '../../support/engine.ts';

/** What its kernel makes of a work's input, besides computing it. */
export type Behaviour =
  | { readonly is: 'well' }
  /** Refuses, throws, or takes its process along at this part or step, each time. */
  | { readonly is: 'refuses' | 'throws' | 'crashes'; readonly at: number }
  /** The value of this part or step has more bytes than may be kept, or the result more than may be answered. */
  | { readonly is: 'large part'; readonly at: number }
  | { readonly is: 'large result' }
  /** Throws whenever two partial results are combined. */
  | { readonly is: 'cannot combine' };

export interface Input {
  /** Parts or steps. */
  readonly size: number;
  /** In every part of the result, so that what another computation made shows in it. */
  readonly salt: string;
  readonly behaviour: Behaviour;
}

interface Words {
  readonly text: string;
  /** Whether it is too large to be kept. */
  readonly isLarge?: boolean;
}

interface Walk extends Words {
  readonly at: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What the worker gives them: something to read, over the network. */
export interface Context {
  read(): Promise<void>;
}

/** What happens around the kernels' own arithmetic. */
export interface Hooks {
  /** Called when a part or step starts; resolves when it has taken its time, or throws for it. */
  starts(input: Input, at: number): void | Promise<void>;
  refuses(): void;
  throws(): void;
  encodes(): number;
}

/** Different each time, so that a slot that is written twice shows. */
const bytesOf = ({ isLarge }: Words, text: string, hooks: Hooks): Uint8Array => {
  if (isLarge) hooks.refuses();
  return encoder.encode(`${text}|${hooks.encodes()}${isLarge ? 'x'.repeat(40_000) : ''}`);
};

const quiet: Hooks = { starts: () => {}, refuses: () => {}, throws: () => {}, encodes: () => 0 };

/** Does what the behaviour says of this part or step. Crashing is for the hooks: here it does nothing. */
const misbehave = ({ behaviour }: Input, at: number, hooks: Hooks): void => {
  if (behaviour.is === 'refuses' && behaviour.at === at) {
    hooks.refuses();
    throw new KernelRefusal(`part ${at} is out of the domain`);
  }
  if (behaviour.is === 'throws' && behaviour.at === at) {
    hooks.throws();
    throw new TypeError(`part ${at} is broken`);
  }
};

/** Needs what it reads, and says in its own words when it cannot have it. */
const lookUp = async ({ read }: Context): Promise<void> => {
  await read().catch((cause: unknown) => {
    throw new Error('nothing to go by', { cause });
  });
};

const nothing: Context = { read: async () => {} };

const shape = z.object({ size: z.int(), salt: z.string(), behaviour: z.any() });
const example = { size: 1, salt: 'a', behaviour: { is: 'well' } } as const;

/**
 * Parallel work whose result shows the shape of its fold, and of every part whose it was: a part that is lost,
 * counted twice, combined in another order or left by another life shows.
 */
const words = (version: number, hooks: Hooks): ParallelKernel<Input, Words, { text: string }, Context> => ({
  kind: 'parallel',
  name: 'words',
  version,
  description: 'The shape of a fold',
  input: () => shape,
  output: () => z.object({ text: z.string() }),
  example: { input: example, output: { text: 'a0' } },
  pure: true,
  partial: {
    encode: (value) => bytesOf(value, value.text, hooks),
    decode: (bytes) => {
      const [text = ''] = decoder.decode(bytes).split('|');
      return { text };
    },
  },
  parts: ({ size }) => size,
  compute: (input, part, context) => {
    const value = () => {
      misbehave(input, part, hooks);
      const { behaviour, salt } = input;
      return { text: `${salt}${part}`, isLarge: behaviour.is === 'large part' && behaviour.at === part };
    };
    const started =
      part % 8 === 7 ? lookUp(context).then(() => hooks.starts(input, part)) : hooks.starts(input, part);
    return started === undefined ? value() : started.then(value);
  },
  combine: (left, right, { behaviour }) => {
    if (behaviour.is === 'cannot combine') {
      hooks.throws();
      throw new RangeError('cannot combine');
    }
    return { text: `(${left.text} ${right.text})` };
  },
  finish: ({ text }, { behaviour }) => {
    if (behaviour.is === 'large result') hooks.refuses();
    return { text: behaviour.is === 'large result' ? 'x'.repeat(70_000) : `${text} v${version}` };
  },
});

/** Work that cannot be split: each step depends on the one before it. Its total grows as it goes. */
const steps = (hooks: Hooks): SequentialKernel<Input, Walk, { text: string }, Context> => ({
  kind: 'sequential',
  name: 'steps',
  version: 1,
  description: 'A walk of so many steps',
  input: () => shape,
  output: () => z.object({ text: z.string() }),
  example: { input: example, output: { text: 'a0' } },
  pure: true,
  state: {
    encode: (value) => bytesOf(value, `${value.at}|${value.text}`, hooks),
    decode: (bytes) => {
      const [at, text = ''] = decoder.decode(bytes).split('|');
      return { at: Number(at), text };
    },
  },
  start: ({ salt }) => ({ at: 0, text: salt }),
  step: async (state, input, context) => {
    await hooks.starts(input, state.at);
    misbehave(input, state.at, hooks);
    if (state.at % 4 === 3) await lookUp(context);
    const isLarge = input.behaviour.is === 'large part' && input.behaviour.at === state.at;
    return { at: state.at + 1, text: nextText(state.text, state.at), isLarge };
  },
  progress: ({ at }, { size }) => ({ done: at, total: Math.min(size, at + 3) }),
  finish: ({ text }, { behaviour }) => {
    if (behaviour.is === 'large result') hooks.refuses();
    return { text: behaviour.is === 'large result' ? 'x'.repeat(70_000) : text };
  },
});

/** Cannot be had without all that came before it, and stays short. */
const nextText = (text: string, at: number): string => {
  const [salt = '', sum = '0'] = text.split(':');
  return `${salt}:${(Math.imul(Number(sum), 31) + at + 1) >>> 0}`;
};

/** The types that a version of the suite knows. */
export const kernelsOf = (
  version: 'old' | 'new',
  { retires, hooks }: { readonly retires: boolean; readonly hooks: Hooks },
): readonly Kernel<Context>[] => {
  if (version === 'old') return [words(1, hooks), steps(hooks)];
  return retires ? [words(2, hooks), steps(hooks)] : [words(1, hooks), words(2, hooks), steps(hooks)];
};

/** What the work's result must be, computed in one process. */
export const resultOf = async (type: string, version: number, input: Input): Promise<{ text: string }> => {
  if (type === 'words') return foldTree(words(version, quiet), input, nothing);
  const kernel = steps(quiet);
  let state = kernel.start(input);
  while (state.at < input.size) state = await kernel.step(state, input, nothing);
  return kernel.finish(state, input);
};
