import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod/mini';
import {
  float64,
  integer,
  integerField,
  json,
  KernelRefusal,
  MAX_PARTS,
  objectField,
  parallel,
  seedField,
  sequential,
  struct,
} from '../../../functions/lib/kernel/index.ts';

/*
 * The computation types of the suites that tests start, in place of functions/kernels/registry.ts. They wait instead of
 * computing, so that a test decides how long a part takes on any machine, and other processes go on meanwhile.
 */

const milliseconds = (of: string) => z.optional(integerField(`How long ${of} takes.`, 0, 1_000));

/**
 * As many parts as asked. `sum` is known beforehand, `n (n − 1) / 2`, so that a part lost or counted twice shows in it;
 * `order` has other bits when parts are combined in another order.
 */
export const sumParts = parallel({
  name: 'sum-parts',
  version: 1,
  description: 'Adds up the numbers of its parts.',
  pure: true,
  input: () =>
    objectField({
      parts: integerField('How many parts.', 1, MAX_PARTS),
      milliseconds: milliseconds('each part'),
      seed: z.optional(seedField()),
    }),
  output: () =>
    objectField({
      sum: integerField('The sum.'),
      order: z.number().check(z.describe('A number that depends on the order in which parts were combined.')),
    }),
  example: { input: { parts: 10 }, output: { sum: 45, order: -12.750038103947569 } },
  parts: ({ parts }) => parts,
  async compute({ milliseconds = 0 }, part) {
    if (milliseconds > 0) await wait(milliseconds);
    return { sum: part, order: part };
  },
  combine: (left, right) => ({ sum: left.sum + right.sum, order: left.order / 3 - right.order }),
  finish: (total) => total,
  partial: struct({ sum: integer, order: float64 }),
});

/** As many steps as asked, one after another. */
export const countSteps = sequential({
  name: 'count-steps',
  version: 1,
  description: 'Counts its steps.',
  pure: true,
  input: () =>
    objectField({
      steps: integerField('How many steps.', 0, 100_000),
      milliseconds: milliseconds('each step'),
    }),
  output: () => objectField({ steps: integerField('How many steps there were.') }),
  example: { input: { steps: 3 }, output: { steps: 3 } },
  start: () => 0,
  async step(at, { milliseconds = 0 }) {
    if (milliseconds > 0) await wait(milliseconds);
    return at + 1;
  },
  progress: (at, { steps }) => ({ done: at, total: steps }),
  finish: (at) => ({ steps: at }),
  state: integer,
});

/** Parts of which one fails, in one of the ways in which a kernel can. */
export const failPart = parallel({
  name: 'fail-part',
  version: 1,
  description: 'Fails in one of its parts.',
  pure: true,
  input: () =>
    objectField({
      parts: integerField('How many parts.', 1, 100),
      part: integerField('The part that fails; the number of parts for none.', 0, 100),
      by: z.enum(['refusal', 'exception']).check(z.describe('How it fails.')),
    }).check(
      z.refine(({ parts, part }) => part <= parts, { path: ['part'], error: 'must be at most the parts' }),
    ),
  output: () => objectField({ parts: integerField('How many parts there were.') }),
  example: { input: { parts: 2, part: 2, by: 'refusal' }, output: { parts: 2 } },
  parts: ({ parts }) => parts,
  compute({ part, by }, at) {
    if (at !== part) return 1;
    if (by === 'refusal') throw new KernelRefusal(`Part ${part} is refused.`);
    throw new TypeError(`part ${part} is broken`);
  },
  combine: (left, right) => left + right,
  finish: (parts) => ({ parts }),
  partial: integer,
});

/** What the worker hands in: a reader of the tenant's items. */
interface Context {
  readonly items: {
    page(after: number | undefined): Promise<{
      items: readonly Readonly<Record<string, unknown>>[];
      next: number | undefined;
    }>;
  };
}

interface Read {
  /** The last item that was read; null before the first page. */
  readonly after: number | null;
  readonly finished: boolean;
  readonly count: number;
  readonly names: readonly string[];
}

/** The most names that are told, and how much of each: they have to fit a checkpoint. */
const MAX_NAMES = 100;
const MAX_NAME_LENGTH = 50;

/** Reads the items of the tenant that asked, a page a step. The result of another day may be another. */
export const readItems = sequential({
  name: 'read-items',
  version: 1,
  description: "Counts the tenant's items.",
  pure: false,
  input: () => objectField({}),
  output: () =>
    objectField({
      count: integerField('How many items there are.'),
      names: z.array(z.string()).check(z.describe('The names of the first of them.')),
    }),
  example: { input: {}, output: { count: 1, names: ['Lamp'] } },
  start: (): Read => ({ after: null, finished: false, count: 0, names: [] }),
  async step({ after, count, names }, _input, { items }: Context) {
    const page = await items.page(after ?? undefined);
    const more = page.items.map(({ name }) => String(name).slice(0, MAX_NAME_LENGTH));
    return {
      after: page.next ?? null,
      finished: page.next === undefined,
      count: count + page.items.length,
      names: [...names, ...more].slice(0, MAX_NAMES),
    };
  },
  progress: ({ count, finished }) => ({ done: count, total: finished ? count : count + 1 }),
  finish: ({ count, names }) => ({ count, names: [...names] }),
  state: json<Read>(),
});
