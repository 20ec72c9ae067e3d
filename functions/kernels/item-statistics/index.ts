import { Buffer } from 'node:buffer';
import * as z from 'zod/mini';
import { sequential } from '../../lib/engine/kernel.ts';
import { json } from '../../lib/kernel/codecs.ts';
import { integerField, objectField } from '../../lib/kernel/fields.ts';
import { type Counter, SpaceSaving } from './space-saving.ts';

/** Words that are counted at once. With WORD_BYTES it keeps the encoded state below 32 KB, whatever they are. */
const CAPACITY = 256;

/** A longer word counts as its beginning of at most this many bytes in UTF-8. */
const WORD_BYTES = 64;

const DEFAULT_WORDS = 10;
const MAX_WORDS = 100;

/** What is known of the lengths of one field. */
interface Lengths {
  readonly min: number;
  readonly max: number;
  readonly total: number;
}

interface State {
  /** The last item that is counted; null before the first page. */
  readonly after: number | null;
  readonly finished: boolean;
  readonly count: number;
  readonly bytes: number;
  readonly name: Lengths;
  readonly description: Lengths;
  readonly counters: readonly Counter[];
}

/** Reads the items of the tenant that asked. */
export interface ItemReader {
  /** One page of items in the order of their ids, from just after `after`. */
  page(after: number | undefined): Promise<{
    items: readonly { readonly id: number; readonly name: string; readonly description: string }[];
    next: number | undefined;
  }>;
}

/** What the worker hands in. */
interface Context {
  readonly items: ItemReader;
}

const NOTHING: Lengths = { min: Number.MAX_SAFE_INTEGER, max: 0, total: 0 };

const include = (lengths: Lengths, length: number): Lengths => ({
  min: Math.min(lengths.min, length),
  max: Math.max(lengths.max, length),
  total: lengths.total + length,
});

/** Code points: two halves of a surrogate pair are one. */
const lengthOf = (text: string): number => text.replace(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g, '_').length;

const encoder = new TextEncoder();
const room = new Uint8Array(WORD_BYTES);

/** A word as it is counted: cut after a whole character when it takes more than {@link WORD_BYTES}. */
const bounded = (word: string): string => word.slice(0, encoder.encodeInto(word, room).read);

/** Letters, digits and the marks that belong to them (an accent, a vowel sign), in lower case. */
const wordsOf = (text: string): string[] =>
  (
    text
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu) ?? []
  ).map(bounded);

/** The most frequent first; words of the same count in the order of their code units. */
const byFrequency = (a: Counter, b: Counter): number => b.count - a.count || (a.word < b.word ? -1 : 1);

const summary = ({ min, max, total }: Lengths, count: number) =>
  count === 0 ? null : { min, max, mean: total / count };

const lengthsField = (of: string) =>
  z
    .nullable(
      objectField({
        min: integerField('The shortest.'),
        max: integerField('The longest.'),
        mean: z.number().check(z.describe('Their mean.')),
      }),
    )
    .check(z.describe(`The lengths of the ${of} in characters (Unicode code points); null without items.`));

export const itemStatistics = sequential({
  name: 'item-statistics',
  version: 1,
  description: `How many items there are, how long they are, and the most frequent words of their names and descriptions. A word is letters and digits, in lower case, cut after ${WORD_BYTES} bytes. Counts are exact up to ${CAPACITY} different words; with more, each is at most its error too high. Items that change meanwhile may or may not count.`,
  pure: false,
  get input() {
    return objectField({
      words: z.optional(
        integerField(`How many words to report: ${DEFAULT_WORDS} when absent.`, 1, MAX_WORDS),
      ),
    });
  },
  get output() {
    return objectField({
      count: integerField('The number of items.'),
      bytes: integerField('The size of all names and descriptions in UTF-8.'),
      lengths: objectField({ name: lengthsField('names'), description: lengthsField('descriptions') }).check(
        z.describe('How long the fields are.'),
      ),
      words: z
        .array(
          objectField({
            word: z.string().check(z.describe('The word.')),
            count: integerField('How often it occurs, at most.'),
            error: integerField('How much lower the true count may be; 0 when it is exact.'),
          }),
        )
        .check(z.describe('The most frequent words, the most frequent first.')),
    });
  },
  example: {
    input: { words: 1 },
    output: {
      count: 1,
      bytes: 18,
      lengths: {
        name: { min: 4, max: 4, mean: 4 },
        description: { min: 14, max: 14, mean: 14 },
      },
      words: [{ word: 'blue', count: 2, error: 0 }],
    },
  },
  start: (): State => ({
    after: null,
    finished: false,
    count: 0,
    bytes: 0,
    name: NOTHING,
    description: NOTHING,
    counters: [],
  }),
  async step(state, _input, { items }: Context) {
    const page = await items.page(state.after ?? undefined);
    const words = new SpaceSaving(CAPACITY, state.counters);
    let { bytes, name, description } = state;
    for (const item of page.items) {
      bytes += Buffer.byteLength(item.name) + Buffer.byteLength(item.description);
      name = include(name, lengthOf(item.name));
      description = include(description, lengthOf(item.description));
      for (const word of wordsOf(item.name)) words.add(word);
      for (const word of wordsOf(item.description)) words.add(word);
    }
    return {
      after: page.next ?? null,
      finished: page.next === undefined,
      count: state.count + page.items.length,
      bytes,
      name,
      description,
      counters: words.counters,
    };
  },
  // How many items there are is known at the end, so until then one more is expected.
  progress: ({ count, finished }) => ({ done: count, total: finished ? count : count + 1 }),
  finish: ({ count, bytes, name, description, counters }, { words = DEFAULT_WORDS }) => ({
    count,
    bytes,
    lengths: { name: summary(name, count), description: summary(description, count) },
    words: counters.toSorted(byFrequency).slice(0, words),
  }),
  state: json<State>(),
});
