import { notFound, Problem } from '../http/problem.ts';
import { problemType } from '../problem-type.ts';
import { TooManyActiveError } from '../resilience/errors.ts';

export const computationNotFound = (): Problem => notFound('Computation not found');

/** 429: the tenant has so many active computations that it has to wait for one to finish. */
export const tooManyActive = (most: number): Problem =>
  new Problem(429, `There are ${most} active computations; wait until one finishes, or cancel one`, {
    type: problemType('too-many-active'),
    headers: { 'Retry-After': '10' },
  });

/** The problem that an error of the engine is told as. */
export const problemOf = (error: unknown): Problem | undefined =>
  error instanceof TooManyActiveError ? tooManyActive(error.most) : undefined;
