import * as z from 'zod/mini';
import { type Codec, integerField, json, objectField, sequential } from '../../lib/kernel/index.ts';
import { type Counter, SpaceSaving } from './space-saving.ts';

/*
 * These bounds keep the encoded state below 32 KB, whatever the items and their fields are.
 */

/** The most words that are counted at once. */
const MAX_COUNTERS = 256;

/** A longer word counts as its beginning of at most this many bytes in UTF-8. */
const MAX_WORD_BYTES = 64;

/** The most fields whose lengths are told apart. */
const MAX_FIELDS = 32;

/** The most bytes of such a field's name, in JSON with its quotes. */
const MAX_FIELD_NAME_BYTES = 64;

const DEFAULT_WORDS = 10;
const MAX_WORDS = 100;

/** Reads the items of the tenant that asked. */
export interface ItemReader {
  /** One page of items in the order of their ids, from just after the item of the id `after`. */
  page(after: number | undefined): Promise<{
    items: readonly Readonly<Record<string, unknown>>[];
    next: number | undefined;
  }>;
}

/** What the worker hands in. */
interface Context {
  readonly items: ItemReader;
}

/** What is known of the lengths of the texts in one field. */
interface Lengths {
  /** How many items have the field. */
  readonly count: number;
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
  readonly fields: readonly (readonly [name: string, Lengths])[];
  readonly counters: readonly Counter[];
}

/** What every item has besides the fields of the project's own: its id, its times, and what is internal. */
const NO_FIELD = /^(id|createdAt|updatedAt|_.*)$/s;

/**
 * The order of fields: `name` before `description`, as these were the first fields that this kernel knew. DynamoDB gives
 * attributes in no order, and which words are counted when they are too many depends on theirs.
 */
const byField = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a > b ? -1 : 1;

/** The fields of an item that hold text. */
const textsOf = (item: Readonly<Record<string, unknown>>): [field: string, text: string][] =>
  Object.entries(item)
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string' && !NO_FIELD.test(entry[0]))
    .sort(byField);

/** Code points: two halves of a surrogate pair are one. */
const lengthOf = (text: string): number => text.replace(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g, '_').length;

const NO_LENGTHS: Lengths = { count: 0, min: Number.MAX_SAFE_INTEGER, max: 0, total: 0 };

const addLength = ({ count, min, max, total }: Lengths, length: number): Lengths => ({
  count: count + 1,
  min: Math.min(min, length),
  max: Math.max(max, length),
  total: total + length,
});

const isShort = (field: string): boolean => Buffer.byteLength(JSON.stringify(field)) <= MAX_FIELD_NAME_BYTES;

/** Adds the length of a text to those of its field, unless it is a new field that there is no room for. */
const addToField = (fields: Map<string, Lengths>, field: string, text: string): void => {
  if (!fields.has(field) && (fields.size >= MAX_FIELDS || !isShort(field))) return;
  fields.set(field, addLength(fields.get(field) ?? NO_LENGTHS, lengthOf(text)));
};

const encoder = new TextEncoder();
const room = new Uint8Array(MAX_WORD_BYTES);

/** A word as it is counted: cut after a whole character when it takes more than {@link MAX_WORD_BYTES}. */
const shortened = (word: string): string => word.slice(0, encoder.encodeInto(word, room).read);

/** Letters, digits and the marks that belong to them (an accent, a vowel sign), in lower case. */
const wordsOf = (text: string): string[] =>
  (
    text
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu) ?? []
  ).map(shortened);

/** The most frequent first; words of the same count in the order of their code units. */
const byFrequency = (a: Counter, b: Counter): number => b.count - a.count || (a.word < b.word ? -1 : 1);

type CounterTuple = readonly [word: string, count: number, error: number];

const packed = json<Omit<State, 'counters'> & { readonly counters: readonly CounterTuple[] }>();

/** JSON with the counters as tuples: as objects, so many would not fit. */
const stateCodec: Codec<State> = {
  encode: (state) =>
    packed.encode({
      ...state,
      counters: state.counters.map(({ word, count, error }) => [word, count, error]),
    }),
  decode(bytes) {
    const { counters, ...rest } = packed.decode(bytes);
    return { ...rest, counters: counters.map(([word, count, error]) => ({ word, count, error })) };
  },
};

export const itemStatistics = sequential({
  name: 'item-statistics',
  version: 2,
  description: `Counts the tenant's items and measures the text in their fields: its size, its lengths by field, and its most frequent words. A word is letters and digits, in lower case, cut after ${MAX_WORD_BYTES} bytes. Counts are exact up to ${MAX_COUNTERS} different words; with more, each is at most its error too high. Items that change meanwhile may or may not count.`,
  pure: false,
  input: () =>
    objectField({
      words: z.optional(
        integerField(`How many words to report: ${DEFAULT_WORDS} when absent.`, 1, MAX_WORDS),
      ),
    }),
  output: () =>
    objectField({
      count: integerField('The number of items.'),
      bytes: integerField('The size of all text in UTF-8.'),
      lengths: z
        .catchall(
          z.object({}),
          objectField({
            min: integerField('The shortest.'),
            max: integerField('The longest.'),
            mean: z.number().check(z.describe('The mean.')),
          }),
        )
        .check(
          z.describe(
            `The lengths of each text field, by its name, in characters (Unicode code points), over the items that have it. At most ${MAX_FIELDS} fields, whose names have at most ${MAX_FIELD_NAME_BYTES - 2} bytes; any other counts only as bytes and words.`,
          ),
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
    }),
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
  start: (): State => ({ after: null, finished: false, count: 0, bytes: 0, fields: [], counters: [] }),
  async step(state, _input, { items }: Context) {
    const page = await items.page(state.after ?? undefined);
    const fields = new Map(state.fields);
    const words = new SpaceSaving(MAX_COUNTERS, state.counters);
    let { bytes } = state;
    for (const item of page.items) {
      for (const [field, text] of textsOf(item)) {
        bytes += Buffer.byteLength(text);
        addToField(fields, field, text);
        for (const word of wordsOf(text)) words.add(word);
      }
    }
    return {
      after: page.next ?? null,
      finished: page.next === undefined,
      count: state.count + page.items.length,
      bytes,
      fields: [...fields],
      counters: words.counters,
    };
  },
  // How many items there are is known at the end, so until then one more is expected.
  progress: ({ count, finished }) => ({ done: count, total: finished ? count : count + 1 }),
  finish: ({ count, bytes, fields, counters }, { words = DEFAULT_WORDS }) => ({
    count,
    bytes,
    lengths: Object.fromEntries(
      fields
        .toSorted(byField)
        .map(([field, { count, min, max, total }]) => [field, { min, max, mean: total / count }]),
    ),
    words: counters.toSorted(byFrequency).slice(0, words),
  }),
  state: stateCodec,
});
