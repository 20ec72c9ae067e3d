import { operations as computationReads } from '../functions/computation-reads/operations.ts';
import { operations as computations } from '../functions/computations/operations.ts';
import { operations as items } from '../functions/items/operations.ts';
import { type AnyOperation, routeKeys } from '../functions/lib/http/operation.ts';
import { operations as service } from '../functions/service/operations.ts';
import type { FunctionName } from './bundle/build.ts';

export type HttpFunctionName = Extract<
  FunctionName,
  'items' | 'computations' | 'computation-reads' | 'service'
>;

/** Which function answers which operations. */
export const operationsOf: Readonly<Record<HttpFunctionName, readonly AnyOperation[]>> = {
  items,
  computations,
  'computation-reads': computationReads,
  service,
};

/** Every operation of the API. */
export const allOperations: readonly AnyOperation[] = Object.values(operationsOf).flat();

/** The routes that need no token: those of operations without a scope. */
export const publicRoutes: ReadonlySet<string> = new Set(
  allOperations.filter(({ scope }) => scope === null).flatMap(routeKeys),
);
