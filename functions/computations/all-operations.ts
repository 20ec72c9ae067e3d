import type { AnyOperation } from '../lib/http/operation.ts';
import {
  cancelComputation,
  deleteComputation,
  listComputations,
  readComputation,
  retryComputation,
} from './operations.ts';
import { submitComputation } from './submission-routes.ts';

export const computationOperations: readonly AnyOperation[] = [
  submitComputation,
  listComputations,
  readComputation,
  cancelComputation,
  retryComputation,
  deleteComputation,
];
