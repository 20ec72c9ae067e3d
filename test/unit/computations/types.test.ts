import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { computationsByType, newComputation } from '../../../functions/lib/computations/types.ts';
import { check } from '../../../functions/lib/http/validation.ts';
import { addNumbers, echo } from '../../support/computation-types.ts';

const errors = (schema: z.ZodMiniType, value: unknown) => {
  const checked = check(schema, value);
  return 'errors' in checked ? checked.errors : [];
};

describe('a submission', () => {
  const schema = newComputation([echo, addNumbers]);

  it('is of a known type with the input that it takes, defaults included', () => {
    expect(schema.parse({ type: 'echo', input: { text: 'ho' } })).toEqual({
      type: 'echo',
      input: { text: 'ho', times: 1 },
    });
    expect(schema.parse({ type: 'add-numbers', input: { a: 1, b: 2 } })).toEqual({
      type: 'add-numbers',
      input: { a: 1, b: 2 },
    });
  });

  it.each([
    [{ type: 'other', input: {} }, '#/type', 'must be one of echo, add-numbers'],
    [{}, '#/type', 'must be one of echo, add-numbers'],
    [null, '#', 'must be an object'],
    [{ type: 'echo', input: { text: 1 } }, '#/input/text', 'must be a string'],
    [{ type: 'echo' }, '#/input', 'is required'],
    [{ type: 'echo', input: { text: 'ho' }, id: 'x' }, '#/id', 'is not known here'],
  ])('%j is refused with the place', (value, pointer, detail) => {
    expect(errors(schema, value)).toEqual([{ pointer, detail }]);
  });

  it('of any type is refused when there is none', () => {
    const detail = 'is not known: there is no computation type';
    for (const type of ['echo', '']) {
      expect(errors(newComputation([]), { type, input: {} })).toEqual([{ pointer: '#/type', detail }]);
    }
  });
});

describe('the computations of each type', () => {
  const { Computation = z.never(), ComputationPage = z.never() } = computationsByType([echo]);
  const computation = {
    id: 'rXJ3sDLPbbXKJmgB8pOZlw',
    type: 'echo',
    version: 2,
    input: { text: 'ho', times: 2 },
    status: 'succeeded',
    result: { said: ['ho', 'ho'] },
    createdAt: '2026-11-20T12:00:00.000Z',
    progress: { done: 1, total: 1 },
  };

  it('have the input and the result of their type', () => {
    expect(Computation.safeParse(computation).success).toBe(true);
    expect(Computation.safeParse({ ...computation, input: { a: 1 } }).success).toBe(false);
    expect(Computation.safeParse({ ...computation, result: { sum: 1 } }).success).toBe(false);
    expect(Computation.safeParse({ ...computation, type: 'other' }).success).toBe(false);
  });

  it('have no progress in a list', () => {
    const { progress, ...listed } = computation;
    expect(ComputationPage.safeParse({ computations: [listed] }).success).toBe(true);
    expect(ComputationPage.safeParse({ computations: [{ ...listed, progress }] }).success).toBe(false);
  });

  it('show an example that their own schema takes', () => {
    const { $defs = {} } = z.toJSONSchema(Computation, { unrepresentable: 'any' });
    const { examples = [] } = $defs.EchoComputation ?? {};
    expect(examples).toHaveLength(1);
    for (const example of examples) expect(Computation.safeParse(example).success).toBe(true);
  });

  it('are told of no type when there is none', () => {
    expect(computationsByType([])).toEqual({});
  });
});
