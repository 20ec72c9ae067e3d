import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import type { Kernel } from '../engine/kernel.ts';
import { MAX_PARTIAL_BYTES, MAX_PARTS } from '../engine/limits.ts';
import { grouped } from './fields.ts';

/** A kernel and the path of its file, which messages name. */
export interface RegisteredKernel {
  readonly kernel: Kernel;
  readonly file: string;
}

type Side = 'input' | 'output';
type JsonSchema = z.core.JSONSchema.BaseSchema;

/** What is wrong with a kernel and what to write instead, as a clause; undefined when nothing is. */
type Check = (kernel: Kernel) => string | undefined;

/** `GET /computations` filters by a type of at most so many characters. */
const MAX_NAME_LENGTH = 100;

const KEBAB_CASE = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

const kebabCase = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .match(/[a-z0-9]+/g)
    ?.join('-') ?? 'my-kernel';

const nameCheck: Check = ({ name }) => {
  if (!KEBAB_CASE.test(name)) return `name "${name}" must be in kebab case, such as "${kebabCase(name)}"`;
  if (name.length > MAX_NAME_LENGTH) return `name "${name}" must have at most ${MAX_NAME_LENGTH} characters`;
  return undefined;
};

const versionCheck: Check = ({ version }) =>
  Number.isSafeInteger(version) && version >= 1
    ? undefined
    : `version ${version} must be a whole number from 1`;

const descriptionCheck: Check = ({ description }) =>
  description.endsWith('.') ? undefined : `description must be sentences that end with a full stop`;

/** The choices that a schema leaves, or the schema itself. */
const choices = (schema: JsonSchema): JsonSchema[] => {
  const options = (schema.oneOf ?? schema.anyOf) as JsonSchema[] | undefined;
  return options === undefined ? [schema] : options.flatMap(choices);
};

/** The path of the first member of an object, at any depth, that has no description. */
const undescribed = (schema: JsonSchema, path = ''): string | undefined => {
  for (const { properties, items, additionalProperties } of choices(schema)) {
    const members = Object.entries((properties ?? {}) as Record<string, JsonSchema>);
    const silent = members.find(([, { description }]) => !description);
    if (silent !== undefined) return `${path}/${silent[0]}`;
    for (const each of [items, additionalProperties]) {
      if (typeof each === 'object') members.push(['*', each as JsonSchema]);
    }
    for (const [name, member] of members) {
      const inner = undescribed(member, `${path}/${name}`);
      if (inner !== undefined) return inner;
    }
  }
  return undefined;
};

const schemaCheck =
  (side: Side): Check =>
  (kernel) => {
    let schema: JsonSchema;
    try {
      schema = z.toJSONSchema(kernel[side](), { io: side }) as JsonSchema;
    } catch (error) {
      const cause = error instanceof Error ? error.message : error;
      return `${side} has what JSON Schema cannot express (${cause}): write what JSON has, such as decimalField('…') for a bigint`;
    }
    if (choices(schema).some(({ type }) => type !== 'object')) {
      return `${side} must be an object: write objectField({ … })`;
    }
    const path = undescribed(schema);
    return (
      path && `${side} has a member without a description, ${path}: write .check(z.describe('…')) after it`
    );
  };

const exampleCheck =
  (side: Side): Check =>
  (kernel) => {
    const issue = kernel[side]().safeParse(kernel.example[side]).error?.issues[0];
    const at = ['example', side, ...(issue?.path ?? [])].join('.');
    return issue && `${at} breaks the kernel's own schema (${issue.message}): correct one of them`;
  };

/** A misspelt member must not go unnoticed, and two spellings of one input must not be computed twice. */
const unknownMemberCheck: Check = ({ input, example }) =>
  input().safeParse({ ...example.input, ' ': 1 }).success
    ? 'input takes members that it does not know: write objectField({ … }) or z.strictObject({ … })'
    : undefined;

/** Where the work on the example begins: how many parts it has, or its first state. */
const startCheck: Check = (kernel) => {
  const { input } = kernel.example;
  try {
    if (kernel.kind === 'parallel') {
      const parts = kernel.parts(input);
      if (Number.isSafeInteger(parts) && parts >= 1 && parts <= MAX_PARTS) return undefined;
      return `parts gives ${parts} for the example: it must give a whole number from 1 to ${grouped(MAX_PARTS)}, as evenSplit does`;
    }
    const state = kernel.start(input);
    const bytes = kernel.state.encode(state);
    if (bytes.length > MAX_PARTIAL_BYTES) {
      return `start gives a state of ${grouped(bytes.length)} bytes for the example: it must have at most ${grouped(MAX_PARTIAL_BYTES)}`;
    }
    if (isDeepStrictEqual(kernel.state.decode(bytes), state)) return undefined;
    return 'state does not decode what it encodes: write a codec for all that start gives, such as struct({ … })';
  } catch (error) {
    return `${kernel.kind === 'parallel' ? 'parts' : 'start'} throws for the example (${error}): correct one of them`;
  }
};

const checks: readonly Check[] = [
  nameCheck,
  versionCheck,
  descriptionCheck,
  schemaCheck('input'),
  schemaCheck('output'),
  exampleCheck('input'),
  exampleCheck('output'),
  unknownMemberCheck,
  startCheck,
];

/**
 * Checks what a kernel says about itself, as far as its types cannot, without computing anything.
 *
 * @throws Error one sentence that names the file of the first kernel that is wrong, and what to write instead
 */
export const checkKernels = (registered: readonly RegisteredKernel[]): void => {
  const files = new Map<string, string>();
  for (const { kernel, file } of registered) {
    for (const check of checks) {
      const problem = check(kernel);
      if (problem !== undefined) throw new Error(`${file}: ${problem}.`);
    }
    const identity = `"${kernel.name}", version ${kernel.version}`;
    const other = files.get(identity);
    if (other !== undefined) {
      throw new Error(
        `${file}: ${identity}, is in ${other} already: write another name or a higher version.`,
      );
    }
    files.set(identity, file);
  }
};
