import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLinearizable, type Model, type Observed } from '../support/linearizability.ts';

type Register = Observed<{ write: number } | 'read', number>;

/** A cell that holds a number; a write answers what it wrote. */
const register: Model<number, { write: number } | 'read', number> = {
  initial: 0,
  apply: (state, input, output) => {
    const next = input === 'read' ? state : input.write;
    return output === undefined || output === next ? next : undefined;
  },
};

const of = (
  called: number,
  returned: number,
  input: Register['input'],
  output: number | undefined,
): Register => ({
  client: 0,
  input,
  output,
  called,
  returned,
});
const write = (called: number, returned: number, value: number) =>
  of(called, returned, { write: value }, value);
const read = (called: number, returned: number, value: number) => of(called, returned, 'read', value);

describe('the checker finds an order', () => {
  it.each([
    ['of nothing', []],
    ['of operations one after another', [write(0, 1, 1), read(2, 3, 1)]],
    ['of a read beside a write, that saw it', [write(0, 9, 1), read(1, 2, 1)]],
    ['of a read beside a write, that did not see it', [write(0, 9, 1), read(1, 2, 0)]],
    [
      'of a write without an answer that took effect later',
      [of(0, 1, { write: 1 }, undefined), read(2, 3, 0), read(4, 5, 1)],
    ],
    ['of a write without an answer that never did', [of(0, 1, { write: 1 }, undefined), read(2, 3, 0)]],
  ])('%s', (_, history) => expect(isLinearizable(register, history)).toBe(true));
});

describe('the checker finds none', () => {
  it.each([
    ['for a stale read', [write(0, 1, 1), read(2, 3, 0)]],
    ['for a read of what nobody wrote', [read(0, 1, 7)]],
    ['for reads that go back in time', [write(0, 9, 1), read(1, 2, 1), read(3, 4, 0)]],
    ['for a write that took effect before its call', [read(0, 1, 1), of(2, 3, { write: 1 }, undefined)]],
  ])('%s', (_, history) => expect(isLinearizable(register, history)).toBe(false));
});

it('the checker says what trying every order says', () => {
  const operation = fc
    .record({
      called: fc.integer({ min: 0, max: 8 }),
      takes: fc.integer({ min: 1, max: 4 }),
      input: fc.oneof(fc.constant('read' as const), fc.record({ write: fc.integer({ min: 1, max: 2 }) })),
      saw: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
    })
    .map(({ called, takes, input, saw }): Register => {
      const output = saw === undefined || input === 'read' ? saw : input.write;
      return of(called, called + takes, input, output);
    });
  const anyOrder = (state: number, left: readonly Register[]): boolean =>
    left.every(({ output }) => output === undefined) ||
    left.some((one) => {
      const others = left.filter((other) => other !== one);
      if (others.some((other) => other.output !== undefined && other.returned < one.called)) return false;
      const next: number | undefined = register.apply(state, one.input, one.output);
      return next !== undefined && anyOrder(next, others);
    });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 6 }), (history) => {
      expect(isLinearizable(register, history)).toBe(anyOrder(0, history));
    }),
    { numRuns: 2_000 },
  );
});
