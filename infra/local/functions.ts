import { lazy } from '../../functions/lib/lazy.ts';
import { dynamoDbCalls } from './aws-calls.ts';
import { Lambda } from './lambda.ts';
import { type Endpoints, environmentOf, initializationOf } from './lambda-settings.ts';
import type { Log } from './log.ts';
import { accessKeyOf, checkOf, type Roles } from './roles.ts';
import type { LocalFunction, LocalStack } from './stack.ts';
import type { Place } from './template.ts';

/** The functions of a stack, by name, logical id or label. */
export interface Functions {
  readonly all: readonly Lambda[];
  /** Throws for a function that the stack does not have. */
  get(name: string): Lambda;
  stop(): Promise<void>;
}

/** Instances of a function at most, where neither a reserved concurrency nor its mappings say more. */
const usualInstances = 10;

/** Makes the functions; their instances start when there is something to do. */
export const createFunctions = (
  stack: LocalStack,
  place: Place,
  endpoints: Endpoints,
  roles: Roles,
  log: Log,
): Functions => {
  const check = checkOf(roles, dynamoDbCalls, place);
  const all = stack.functions.map((definition) => {
    const mayLog = lazy(() => maySendLines(definition, place, roles));
    return new Lambda({
      definition,
      initialization: initializationOf(definition),
      environment: environmentOf(definition, place, endpoints),
      maxInstances: Math.max(usualInstances, concurrencyOf(stack, definition.name)),
      onLine: (line) => {
        if (mayLog()) log.add(definition.label, line);
      },
      check: (operation, body) => check(operation, body, accessKeyOf(definition)),
    });
  });
  return {
    all,
    get: (name) => {
      const found = all.find(({ definition: { name: own, logicalId, label } }) =>
        [own, logicalId, label].includes(name),
      );
      if (found === undefined) throw new Error(`There is no function ${name}.`);
      return found;
    },
    stop: async () => {
      await Promise.all(all.map((lambda) => lambda.stop()));
    },
  };
};

/** Lambda writes a function's lines with the function's role, and drops them in silence when that may not. */
const maySendLines = (definition: LocalFunction, { region, accountId }: Place, roles: Roles): boolean => {
  const resource = `arn:aws:logs:${region}:${accountId}:log-group:${definition.logGroup}:log-stream:local`;
  return ['logs:CreateLogStream', 'logs:PutLogEvents'].every(
    (action) => roles.refusal(accessKeyOf(definition), { action, resource }) === undefined,
  );
};

/** How many instances the mappings of a function use at once. */
const concurrencyOf = ({ mappings }: LocalStack, name: string): number =>
  mappings
    .filter((mapping) => mapping.function.name === name)
    .reduce((sum, { maximumConcurrency }) => sum + (maximumConcurrency ?? 0), 0);
