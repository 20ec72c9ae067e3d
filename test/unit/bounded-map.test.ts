import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundedMap } from '../../functions/lib/bounded-map.ts';
import { ManualClock } from '../support/engine.ts';

const lengthOf = (value: string) => value.length;

describe('a bounded map', () => {
  it('drops the least recently used entry when it holds too many', () => {
    const map = new BoundedMap<string, number>({ maxEntries: 2 });
    map.set('a', 1);
    map.set('b', 2);
    map.get('a');
    map.set('c', 3);
    expect(map.keys()).toEqual(['a', 'c']);
    expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([1, undefined, 3]);
  });

  it('drops as many entries as a new one needs bytes', () => {
    const map = new BoundedMap<string, string>({ bytes: { max: 10, of: lengthOf } });
    for (const key of ['a', 'b', 'c']) map.set(key, 'xxx');
    map.set('d', 'xxxxxx');
    expect(map.keys()).toEqual(['c', 'd']);
    expect(map.bytes).toBe(9);
  });

  it('keeps no value that is larger than all of them may be together, and drops no other entry for it', () => {
    const map = new BoundedMap<string, string>({ bytes: { max: 3, of: lengthOf } });
    map.set('a', 'x');
    map.set('b', 'xx');
    map.set('a', 'xxxx');
    expect(map.get('a')).toBeUndefined();
    expect([map.keys(), map.bytes]).toEqual([['b'], 2]);
    map.set('a', 'xxx');
    expect([map.keys(), map.bytes]).toEqual([['a'], 3]);
  });

  it('counts an entry that is set again once', () => {
    const map = new BoundedMap<string, string>({ maxEntries: 2, bytes: { max: 10, of: lengthOf } });
    map.set('a', 'xxxxx');
    map.set('b', 'x');
    map.set('a', 'xx');
    expect([map.size, map.bytes]).toEqual([2, 3]);
    expect(map.keys()).toEqual(['b', 'a']);
  });

  it('does not find an entry that is older than its maximum age, by the given clock', () => {
    const clock = new ManualClock();
    const map = new BoundedMap<string, number>({ age: { maxMs: 1_000, clock } });
    map.set('a', 1);
    clock.advance(1_000);
    expect(map.get('a')).toBe(1);
    clock.advance(1);
    expect(map.get('a')).toBeUndefined();
    expect(map.size).toBe(0);
  });

  it('starts the age anew with set, and leaves it with get and replace', () => {
    const clock = new ManualClock();
    const map = new BoundedMap<string, number>({ age: { maxMs: 1_000, clock } });
    for (const key of ['a', 'b']) map.set(key, 1);
    clock.advance(900);
    map.set('a', 2);
    map.get('b');
    map.replace('b', 3);
    expect([map.get('a'), map.get('b')]).toEqual([2, 3]);
    clock.advance(900);
    expect([map.get('a'), map.get('b')]).toEqual([2, undefined]);
  });

  it('replaces nothing where there is no entry', () => {
    const map = new BoundedMap<string, number>({ maxEntries: 1 });
    map.replace('a', 1);
    expect(map.size).toBe(0);
  });

  it('gives a copy of its keys, so that entries may be got and deleted on the way', () => {
    const map = new BoundedMap<string, string>({ bytes: { max: 10, of: lengthOf } });
    for (const key of ['a', 'b', 'c']) map.set(key, 'x');
    for (const key of map.keys()) if (map.get(key) !== undefined && key !== 'b') map.delete(key);
    expect(map.keys()).toEqual(['b']);
    expect(map.bytes).toBe(1);
  });

  it('stays within its bounds and finds the last value set, whatever is done with it', () => {
    const key = fc.nat(8);
    const step = fc.oneof(
      fc.record({ kind: fc.constant('set' as const), key, value: fc.string({ maxLength: 12 }) }),
      fc.record({ kind: fc.constant('replace' as const), key, value: fc.string({ maxLength: 12 }) }),
      fc.record({ kind: fc.constantFrom('get' as const, 'delete' as const), key }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const map = new BoundedMap<number, string>({ maxEntries: 5, bytes: { max: 20, of: lengthOf } });
        const last = new Map<number, string>();
        for (const each of steps) {
          if (each.kind === 'set') {
            map.set(each.key, each.value);
            last.set(each.key, each.value);
          } else if (each.kind === 'replace') {
            const known = map.get(each.key) !== undefined;
            map.replace(each.key, each.value);
            if (known) last.set(each.key, each.value);
          } else if (each.kind === 'delete') {
            map.delete(each.key);
            last.delete(each.key);
          }
          const found = map.get(each.key);
          if (found !== undefined) expect(found).toBe(last.get(each.key));
          expect(map.size).toBeLessThanOrEqual(5);
          expect(map.bytes).toBeLessThanOrEqual(20);
          expect(map.bytes).toBe(map.keys().reduce((sum, k) => sum + (map.get(k) ?? '').length, 0));
        }
      }),
    );
  });
});
