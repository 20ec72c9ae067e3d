import { computationOperations } from '../functions/computations/all-operations.ts';
import { itemOperations } from '../functions/items/operations.ts';
import type { AnyOperation } from '../functions/lib/http/operation.ts';
import { serviceOperations } from '../functions/service/operations.ts';
import type { FunctionName } from './bundle/build.ts';

export type HttpFunctionName = Extract<
  FunctionName,
  'items' | 'computations' | 'computation-reads' | 'service'
>;

/** The one operation that may be held open for long: a function of its own, so that no other waits for it. */
const isRead = ({ method, path }: AnyOperation): boolean => method === 'GET' && path === '/computations/{id}';

const computations: readonly AnyOperation[] = computationOperations;

/** Which function answers which operations. */
export const operationsOf: Readonly<Record<HttpFunctionName, readonly AnyOperation[]>> = {
  items: itemOperations,
  computations: computations.filter((operation) => !isRead(operation)),
  'computation-reads': computations.filter(isRead),
  service: serviceOperations,
};

/** Every operation of the API. */
export const allOperations: readonly AnyOperation[] = Object.values(operationsOf).flat();

/** The routes that need no token: those of operations without a scope. */
export const publicRoutes: ReadonlySet<string> = new Set(
  allOperations
    .filter(({ scope }) => scope === null)
    .flatMap(({ method, path }) =>
      method === 'GET' ? [`GET ${path}`, `HEAD ${path}`] : [`${method} ${path}`],
    ),
);
