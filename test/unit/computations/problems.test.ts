import { describe, expect, it } from 'vitest';
import { problemOf } from '../../../functions/computations/problems.ts';
import { computationNotFound } from '../../../functions/lib/computations/problems.ts';
import { TooManyActiveError } from '../../../functions/lib/engine/errors.ts';
import { problemType } from '../../../functions/product.ts';

describe('an error of the engine', () => {
  it('is 429 when a tenant has too many active computations', () => {
    expect(problemOf(new TooManyActiveError(7))).toMatchObject({
      status: 429,
      type: problemType('too-many-active'),
      title: 'Too Many Requests',
      detail: 'There are 7 active computations; wait until one finishes, or cancel one',
      headers: { 'Retry-After': '10' },
    });
  });

  it('is no problem of this domain otherwise', () => {
    expect(problemOf(new Error('other'))).toBeUndefined();
  });
});

it('a computation that is not there is 404', () => {
  expect(computationNotFound()).toMatchObject({ status: 404, detail: 'Computation not found' });
});
