import { TooManyActiveError } from '../lib/engine/errors.ts';
import { Problem } from '../lib/http/problem.ts';
import { problemType } from '../product.ts';

/** 429: the tenant has so many active computations that it has to wait for one to finish. */
const tooManyActive = (max: number): Problem =>
  new Problem(429, `There are ${max} active computations; wait until one finishes, or cancel one`, {
    type: problemType('too-many-active'),
    headers: { 'Retry-After': '10' },
  });

/** The problem that an error of the engine is told as. */
export const problemOf = (error: unknown): Problem | undefined =>
  error instanceof TooManyActiveError ? tooManyActive(error.max) : undefined;
