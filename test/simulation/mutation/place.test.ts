// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are lines of a source, with its templates
import { describe, expect, it } from 'vitest';
import { mutants } from '../mutants/index.ts';
import { apply } from './modules.ts';
import type { Named } from './names.ts';
import { type Change, constant, inside, moduleOf } from './place.ts';
import { sourceOf } from './sources.ts';

// Stand-ins with the names of what the source below exports.
const LIMIT = 3;
const work = (_: { epoch: number }): void => {};
class Store {
  key(): string {
    return '';
  }
}
interface Entry {
  readonly id: number;
  readonly epoch: string;
  readonly slots: readonly string[];
}
const epoch = (entry: Entry) => entry.epoch;
const slots = (entry: Entry) => entry.slots;
const id = (entry: Entry) => entry.id;

const TEXT = `
import { other as renamed } from './other.ts';
export const LIMIT: number = 3;
export const work = async (entry: Entry, { slots: list }: Entry): Promise<void> => {
  if (entry?.epoch !== list[0]) throw new Error('no');
  await renamed(entry, list);
  list.find(entry.epoch);
  if (list.length > LIMIT && entry.ready) return renamed({ id: 1, entry });
  list[0] ??= \`\${entry.id}\`;
};
export class Store {
  key = (entry: Entry) => \`\${entry.epoch}/\${entry.id}\`;
}
`;
const other: Named = function other() {};

const source = sourceOf('file:///source.ts', TEXT);
/** The lines of the source that a change makes, without those that it leaves. */
const linesOf = (change: Change) => {
  const before = new Set(TEXT.split('\n'));
  return apply(TEXT, change.edit([source]).edits)
    .split('\n')
    .filter((line) => !before.has(line))
    .map((line) => line.trim());
};

describe('a mistake', () => {
  it.each([
    [inside(work).if(epoch).never(), "if (((entry?.epoch !== list[0]) && false)) throw new Error('no');"],
    [inside(work).if(epoch).always(), "if (((entry?.epoch !== list[0]) || true)) throw new Error('no');"],
    [inside(work).comparison(epoch).negated(), "if ((!(entry?.epoch !== list[0]))) throw new Error('no');"],
    [inside(work).comparison(epoch).onlyPresence(), "if ((entry === undefined)) throw new Error('no');"],
    [inside(work).logical().onlyLeft(), 'if (list.length > LIMIT) return renamed({ id: 1, entry });'],
    [inside(work).logical().onlyRight(), 'if (entry.ready) return renamed({ id: 1, entry });'],
    [
      inside(work)
        .comparison(() => LIMIT)
        .rightTimes(2),
      'if (list.length > (LIMIT) * 2 && entry.ready) return renamed({ id: 1, entry });',
    ],
    [
      inside(work)
        .comparison(() => LIMIT)
        .rightMinusOne(),
      'if (list.length > ((LIMIT) - 1) && entry.ready) return renamed({ id: 1, entry });',
    ],
    [
      inside(work).property(id).becomes(2),
      'if (list.length > LIMIT && entry.ready) return renamed({ id: 2, entry });',
    ],
    [inside(work).return().returnsNothing(), 'if (list.length > LIMIT && entry.ready) return;'],
    [inside(work).throw().returnsInstead(), 'if (entry?.epoch !== list[0]) return;'],
    [inside(work).lastAwait.notAwaited(), 'void renamed(entry, list);'],
    [inside(work).callWith(other, slots).argumentsSwapped(), 'await renamed(list, entry);'],
    [inside(work).callWith(other, slots).argumentBecomes(1, 'x'), 'await renamed(entry, "x");'],
    [inside(work).callWith(other, slots).argumentTimes(-1, 2), 'await renamed(entry, (list) * 2);'],
    [inside(work).callWith(other, slots).unwrapped(), 'await entry;'],
    [
      inside(work)
        .callOf((list: unknown[]) => list.find)
        .skipped(),
      'list;',
    ],
    [
      inside(work)
        .callOf((list: unknown[]) => list.find)
        .asksForPresence(),
      '(entry.epoch !== undefined);',
    ],
    [
      inside(work)
        .callOf((list: unknown[]) => list.find)
        .callsInstead((list: unknown[]) => list.some),
      'list.some(entry.epoch);',
    ],
    [inside(work).assignment().overwrites(), 'list[0] = `${entry.id}`;'],
    [inside(work).assignment().appends(), 'list[list.length] = `${entry.id}`;'],
    [
      inside(Store, (store: Store) => store.key)
        .member(epoch)
        .becomes(''),
      'key = (entry: Entry) => `${""}/${entry.id}`;',
    ],
    [inside(Store).interpolated(epoch).becomes(''), 'key = (entry: Entry) => `${""}/${entry.id}`;'],
    [
      inside(work)
        .comparisonOf(
          (list: unknown[]) => list.length,
          () => LIMIT,
        )
        .never(),
      'if (((list.length > LIMIT) && false) && entry.ready) return renamed({ id: 1, entry });',
    ],
    [constant(() => LIMIT).becomes(4), 'export const LIMIT: number = 4;'],
    [moduleOf(work).callOf(other).unwrapped(), undefined],
  ])('%# changes nothing but its place', (change, line) => {
    if (line === undefined)
      expect(() => linesOf(change)).toThrow('has 2 places, not one: call of other, line 6, line 8');
    else expect(linesOf(change)).toEqual([line]);
  });

  it('is refused where its place is gone, or is not the only one', () => {
    expect(() => inside(work).conditional().never().edit([source])).toThrow(
      'has 0 places, not one: conditional',
    );
    expect(() => inside(work).if().never().edit([source])).toThrow(
      'has 2 places, not one: if, line 5, line 8',
    );
    expect(() => inside(work).if(epoch).callOf(Store).unwrapped().edit([source])).toThrow('call of Store');
    expect(() =>
      inside(Store, (store: Store) => store.toString)
        .if()
        .never()
        .edit([source]),
    ).toThrow('Store has no member toString');
    expect(() =>
      constant(() => TEXT)
        .becomes(1)
        .edit([source]),
    ).toThrow('TEXT is exported by no module');
    expect(() => moduleOf(work).if().never().edit([source, source])).toThrow(
      'work is exported by several modules',
    );
  });

  it('is refused at a place of another kind', () => {
    expect(() => inside(work).return().unwrapped().edit([source])).toThrow(
      'cannot be made at a ReturnStatement',
    );
    expect(() => inside(work).return().onlyLeft().edit([source])).toThrow(
      'cannot be made at a ReturnStatement',
    );
  });

  it('is not made where another is made already', () => {
    const edit = { start: 1, end: 3, text: '' };
    expect(() => apply('abcdef', [edit, { ...edit, start: 2 }])).toThrow('at one place');
  });
});

describe('every mutant', () => {
  it.each(mutants.map((mutant) => [mutant.name, mutant] as const))('has its place: %s', (_, mutant) => {
    if ('decorators' in mutant) expect(Object.keys(mutant.decorators)).toHaveLength(1);
    else for (const change of mutant.changes) expect(change.edit().edits.length).toBeGreaterThan(0);
  });

  it('has a name of its own', () => {
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  });
});
