import type { AnyOperation } from '../lib/http/operation.ts';
import { cancelComputation, deleteComputation, listComputations, retryComputation } from './operations.ts';
import { submitComputation } from './submission-routes.ts';

export const operations: readonly AnyOperation[] = [
  submitComputation,
  listComputations,
  cancelComputation,
  retryComputation,
  deleteComputation,
];
