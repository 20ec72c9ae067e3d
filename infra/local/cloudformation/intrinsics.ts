import { PlatformError } from '../platform-error.ts';
import type { Place, Template } from './template.ts';

/** Resolves every intrinsic function inside a value of the template; `where` names the place in messages. */
export type Resolve = (value: unknown, where: string) => unknown;

/** What `Ref` (no name) or `Fn::GetAtt` gives of a resource; undefined when the platform has no such attribute. */
export type Attribute = (logicalId: string, name?: string) => string | undefined;

/** An intrinsic function: its argument as the template has it, and the place for messages. */
type Intrinsic = (argument: unknown, where: string) => unknown;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Makes the resolver of a template. It throws a {@link PlatformError} for everything that it does not know: a guess
 * would run another stack than the one that is deployed.
 */
export const resolver = (template: Template, place: Place, attribute: Attribute): Resolve => {
  const resolve: Resolve = (value, where) => {
    if (Array.isArray(value))
      return value.map((each) => resolve(each, where)).filter((each) => each !== undefined);
    if (!isRecord(value)) return value;
    const [key, ...others] = Object.keys(value);
    if (key !== undefined && others.length === 0 && isIntrinsic(key, value[key])) {
      const apply = intrinsics.get(key);
      if (apply === undefined)
        throw new PlatformError(`${where}: the local platform does not understand ${key}.`);
      return apply(value[key], where);
    }
    return Object.fromEntries(
      Object.entries(value)
        .map(([name, each]) => [name, resolve(each, `${where}.${name}`)])
        .filter(([, each]) => each !== undefined),
    );
  };
  const intrinsics = new Map([
    ...references(referenceOf(template, place, attribute), attribute, resolve),
    ...conditionals(template, resolve),
    ...textFunctions(resolve),
  ]);
  return resolve;
};

/** What `Ref` gives: a pseudo parameter, a parameter, or a resource. */
const referenceOf = (template: Template, place: Place, attribute: Attribute) => {
  const pseudoParameters = new Map<string, string | undefined>([
    ['AWS::AccountId', place.accountId],
    ['AWS::Region', place.region],
    ['AWS::Partition', 'aws'],
    ['AWS::URLSuffix', 'amazonaws.com'],
    ['AWS::StackName', place.stackName],
    [
      'AWS::StackId',
      `arn:aws:cloudformation:${place.region}:${place.accountId}:stack/${place.stackName}/local`,
    ],
    ['AWS::NoValue', undefined],
  ]);
  const parameters = new Map(Object.entries(template.Parameters ?? {}));
  return (id: string, where: string): unknown => {
    if (pseudoParameters.has(id)) return pseudoParameters.get(id);
    const parameter = parameters.get(id);
    if (parameter === undefined) return known(attribute(id), `Ref ${id}`, where);
    if (parameter.Default !== undefined && !parameter.Type.startsWith('AWS::SSM::')) return parameter.Default;
    throw new PlatformError(`${where}: the parameter ${id} has no value on this machine.`);
  };
};

const references = (
  reference: (id: string, where: string) => unknown,
  attribute: Attribute,
  resolve: Resolve,
): readonly (readonly [string, Intrinsic])[] => {
  const getAttribute = (argument: unknown, where: string): string => {
    const [id, name] =
      typeof argument === 'string'
        ? splitAtDot(argument)
        : list(argument, 2, 'Fn::GetAtt', where).map(String);
    return known(attribute(String(id), name), `Fn::GetAtt ${id}.${name}`, where);
  };
  const substitute = (argument: unknown, where: string): string => {
    const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
    if (typeof text !== 'string' || !isRecord(variables)) throw malformed('Fn::Sub', where);
    return text.replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal !== '') return `\${${name}}`;
      if (Object.hasOwn(variables, name)) return String(resolve(variables[name], where));
      return String(name.includes('.') ? getAttribute(name, where) : reference(name, where));
    });
  };
  return [
    ['Ref', (argument, where) => reference(String(argument), where)],
    ['Fn::GetAtt', getAttribute],
    ['Fn::Sub', substitute],
  ];
};

const conditionals = (template: Template, resolve: Resolve): readonly (readonly [string, Intrinsic])[] => {
  const conditions = new Map(Object.entries(template.Conditions ?? {}));
  const condition = (name: string, where: string): boolean => {
    const definition = conditions.get(name);
    if (definition === undefined) throw new PlatformError(`${where}: the template has no condition ${name}.`);
    return resolve(definition, `condition ${name}`) === true;
  };
  const values = (argument: unknown, length: number | undefined, name: string, where: string) =>
    list(resolve(argument, where), length, name, where);
  return [
    ['Condition', (argument, where) => condition(String(argument), where)],
    [
      'Fn::If',
      (argument, where) => {
        const [name, yes, no] = list(argument, 3, 'Fn::If', where);
        return resolve(condition(String(name), where) ? yes : no, where);
      },
    ],
    [
      'Fn::Equals',
      (argument, where) => {
        const [left, right] = values(argument, 2, 'Fn::Equals', where);
        return left === right;
      },
    ],
    ['Fn::And', (argument, where) => values(argument, undefined, 'Fn::And', where).every(Boolean)],
    ['Fn::Or', (argument, where) => values(argument, undefined, 'Fn::Or', where).some(Boolean)],
    ['Fn::Not', (argument, where) => values(argument, 1, 'Fn::Not', where)[0] === false],
  ];
};

const textFunctions = (resolve: Resolve): readonly (readonly [string, Intrinsic])[] => [
  [
    'Fn::Join',
    (argument, where) => {
      const [separator, parts] = list(argument, 2, 'Fn::Join', where);
      return list(resolve(parts, where), undefined, 'Fn::Join', where).map(String).join(String(separator));
    },
  ],
  [
    'Fn::Select',
    (argument, where) => {
      const [index, values] = list(argument, 2, 'Fn::Select', where);
      const all = list(resolve(values, where), undefined, 'Fn::Select', where);
      const selected = all[Number(resolve(index, where))];
      if (selected === undefined) throw malformed('Fn::Select', where);
      return selected;
    },
  ],
  [
    'Fn::Split',
    (argument, where) => {
      const [separator, text] = list(argument, 2, 'Fn::Split', where);
      return String(resolve(text, where)).split(String(separator));
    },
  ],
];

/** `Condition` is one only where it names a condition; statements of policies have a member of that name too. */
const isIntrinsic = (key: string, argument: unknown): boolean =>
  key === 'Ref' || key.startsWith('Fn::') || (key === 'Condition' && typeof argument === 'string');

const splitAtDot = (text: string): [string, string] => {
  const dot = text.indexOf('.');
  return [text.slice(0, dot), text.slice(dot + 1)];
};

const malformed = (name: string, where: string) => new PlatformError(`${where}: ${name} is malformed.`);

const list = (value: unknown, length: number | undefined, name: string, where: string): unknown[] => {
  if (!Array.isArray(value) || (length !== undefined && value.length !== length))
    throw malformed(name, where);
  return value;
};

const known = (value: string | undefined, what: string, where: string): string => {
  if (value === undefined) throw new PlatformError(`${where}: the local platform has nothing for ${what}.`);
  return value;
};
