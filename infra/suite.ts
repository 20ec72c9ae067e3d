import { type AnyOperation, routeKeys } from '../functions/lib/http/operation.ts';
import {
  type FunctionRecord,
  isSourceQueue,
  type Manifest,
  type QueueRecord,
  type SourceQueue,
  type TableRecord,
  type Trigger,
} from '../functions/lib/manifest.ts';
import type { Settings } from '../functions/manifest.ts';
import type { Stage } from './stage.ts';

/** A manifest as one stage runs it, with the stage's overrides. Names are those of the manifest. */
export interface Suite {
  readonly stageName: string;
  readonly stage: Stage;
  readonly tables: Readonly<Record<string, TableRecord>>;
  readonly queues: Readonly<Record<string, QueueRecord>>;
  readonly functions: Readonly<Record<string, FunctionRecord>>;
  readonly values: Manifest<Settings>['values'];
}

/** Applies what a stage overrides. */
export const resolveSuite = (manifest: Manifest<Settings>, stageName: string, stage: Stage): Suite => {
  const functions = mapValues(manifest.functions, (record, name): FunctionRecord => {
    const { maximumConcurrency, ...overrides } = stage.functions?.[name] ?? {};
    const invokedBy = record.invokedBy.map((trigger) =>
      trigger.kind === 'queue' && maximumConcurrency !== undefined
        ? { ...trigger, maximumConcurrency }
        : trigger,
    );
    return { ...record, ...overrides, invokedBy };
  });
  const queues = mapValues(manifest.queues, (record, name) => ({
    ...record,
    alarms: { ...record.alarms, ...stage.queues?.[name]?.alarms },
  })) as Record<string, QueueRecord>;
  return { ...manifest, stageName, stage, functions, queues };
};

/** An object with the same names and other values. */
export const mapValues = <T, R>(
  object: Readonly<Record<string, T>>,
  map: (value: T, name: string) => R,
): Record<string, R> =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value, name)]));

/** The entry of a name that checks have found to be there. */
export const named = <T>(entries: Readonly<Record<string, T>>, name: string): T => {
  const entry = entries[name];
  if (entry === undefined) throw new Error(`functions/manifest.ts has no ${name}.`);
  return entry;
};

/** `dead-letters` → `DeadLetters`: names of resources and outputs. */
export const pascalCase = (name: string): string =>
  name.replace(/(?:^|-)(\w)/g, (_, first: string) => first.toUpperCase());

/** The triggers of one kind of a function. */
export const triggersOf = <Kind extends Trigger['kind']>(
  { invokedBy }: FunctionRecord,
  kind: Kind,
): Extract<Trigger, { kind: Kind }>[] =>
  invokedBy.filter((each): each is Extract<Trigger, { kind: Kind }> => each.kind === kind);

/** The operations that a function answers. */
const operationsOf = (record: FunctionRecord): AnyOperation[] =>
  triggersOf(record, 'http').flatMap(({ operations }) => operations);

/** Every operation of the API. */
export const allOperations = ({ functions }: Pick<Suite, 'functions'>): AnyOperation[] =>
  Object.values(functions).flatMap(operationsOf);

/** The routes that need no token: those of operations without a scope. */
export const publicRoutes = (suite: Pick<Suite, 'functions'>): ReadonlySet<string> =>
  new Set(
    allOperations(suite)
      .filter(({ scope }) => scope === null)
      .flatMap(routeKeys),
  );

/** The name and record of the function that a queue invokes, where there is one. */
export const consumerOf = (
  { functions }: Pick<Suite, 'functions'>,
  queueName: string,
): readonly [name: string, record: FunctionRecord] | undefined =>
  Object.entries(functions).find(([, record]) =>
    triggersOf(record, 'queue').some(({ queue }) => queue === queueName),
  );

/** The source queues by name. */
export const sourceQueues = ({ queues }: Pick<Suite, 'queues'>): [name: string, queue: SourceQueue][] =>
  Object.entries(queues).filter((entry): entry is [string, SourceQueue] => isSourceQueue(entry[1]));
