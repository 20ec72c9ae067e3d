import { readComputation } from '../computations/operations.ts';
import type { AnyOperation } from '../lib/http/operation.ts';

export const operations: readonly AnyOperation[] = [readComputation];
