import { notFound, type Problem } from '../http/problem.ts';

export const computationNotFound = (): Problem => notFound('Computation not found');
