import { PlatformError } from '../platform-error.ts';

export interface Resource {
  Type: string;
  Properties?: Record<string, unknown>;
  Condition?: string;
}

/** A CloudFormation template, as far as the platform reads it. */
export interface Template {
  Resources: Record<string, Resource>;
  Parameters?: Record<string, { Type: string; Default?: unknown }>;
  Conditions?: Record<string, unknown>;
  Outputs?: Record<string, { Value: unknown }>;
}

/** Where the stack is: what the pseudo parameters say. */
export interface Place {
  readonly stackName: string;
  readonly region: string;
  readonly accountId: string;
}

/** Resolves every intrinsic function inside a value of the template; `where` names the place in messages. */
export type Resolve = (value: unknown, where: string) => unknown;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Makes the resolver of a template. `attribute` says what `Ref` (no name) and `Fn::GetAtt` of a resource give,
 * or undefined when the platform has no such attribute.
 * The resolver throws a {@link PlatformError} for everything that it does not know: a guess would run another
 * stack than the one that is deployed.
 */
export const resolver = (
  template: Template,
  place: Place,
  attribute: (logicalId: string, name?: string) => string | undefined,
): Resolve => {
  const pseudo: Record<string, string | undefined> = {
    'AWS::AccountId': place.accountId,
    'AWS::Region': place.region,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': place.stackName,
    'AWS::StackId': `arn:aws:cloudformation:${place.region}:${place.accountId}:stack/${place.stackName}/local`,
    'AWS::NoValue': undefined,
  };

  const reference = (id: string, where: string): unknown => {
    if (id in pseudo) return pseudo[id];
    const parameter = template.Parameters?.[id];
    if (parameter !== undefined) {
      if (parameter.Default !== undefined && !parameter.Type.startsWith('AWS::SSM::'))
        return parameter.Default;
      throw new PlatformError(`${where}: the parameter ${id} has no value on this machine.`);
    }
    return known(attribute(id), `Ref ${id}`, where);
  };

  const getAttribute = (argument: unknown, where: string): string => {
    const [id, name] =
      typeof argument === 'string' ? splitOnce(argument) : strings(argument, 2, 'Fn::GetAtt', where);
    return known(attribute(String(id), name), `Fn::GetAtt ${id}.${name}`, where);
  };

  const substitute = (argument: unknown, where: string): string => {
    const [text, values] = Array.isArray(argument) ? argument : [argument, {}];
    if (typeof text !== 'string' || !isRecord(values)) throw malformed('Fn::Sub', where);
    return text.replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal !== '') return `\${${name}}`;
      if (name in values) return String(resolve(values[name], where));
      return String(name.includes('.') ? getAttribute(name, where) : reference(name, where));
    });
  };

  const condition = (name: string, where: string): boolean => {
    const definition = template.Conditions?.[name];
    if (definition === undefined) throw new PlatformError(`${where}: the template has no condition ${name}.`);
    return resolve(definition, `condition ${name}`) === true;
  };

  const functions: Record<string, (argument: unknown, where: string) => unknown> = {
    Ref: (argument, where) => reference(String(argument), where),
    Condition: (argument, where) => condition(String(argument), where),
    'Fn::GetAtt': getAttribute,
    'Fn::Sub': substitute,
    'Fn::Join': (argument, where) => {
      const [separator, parts] = list(argument, 2, 'Fn::Join', where);
      return list(resolve(parts, where), undefined, 'Fn::Join', where).map(String).join(String(separator));
    },
    'Fn::Select': (argument, where) => {
      const [index, values] = list(argument, 2, 'Fn::Select', where);
      const chosen = list(resolve(values, where), undefined, 'Fn::Select', where)[
        Number(resolve(index, where))
      ];
      if (chosen === undefined) throw malformed('Fn::Select', where);
      return chosen;
    },
    'Fn::Split': (argument, where) => {
      const [separator, text] = list(argument, 2, 'Fn::Split', where);
      return String(resolve(text, where)).split(String(separator));
    },
    'Fn::If': (argument, where) => {
      const [name, yes, no] = list(argument, 3, 'Fn::If', where);
      return resolve(condition(String(name), where) ? yes : no, where);
    },
    'Fn::Equals': (argument, where) => {
      const [left, right] = list(resolve(argument, where), 2, 'Fn::Equals', where);
      return left === right;
    },
    'Fn::And': (argument, where) =>
      list(resolve(argument, where), undefined, 'Fn::And', where).every(Boolean),
    'Fn::Or': (argument, where) => list(resolve(argument, where), undefined, 'Fn::Or', where).some(Boolean),
    'Fn::Not': (argument, where) => list(resolve(argument, where), 1, 'Fn::Not', where)[0] === false,
  };

  const resolve: Resolve = (value, where) => {
    if (Array.isArray(value))
      return value.map((each) => resolve(each, where)).filter((each) => each !== undefined);
    if (!isRecord(value)) return value;
    const [key, ...others] = Object.keys(value);
    if (key !== undefined && others.length === 0 && isIntrinsic(key, value[key])) {
      const apply = functions[key];
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
  return resolve;
};

/** `Condition` is one only where it names a condition; statements of policies have a member of that name too. */
const isIntrinsic = (key: string, argument: unknown): boolean =>
  key === 'Ref' || key.startsWith('Fn::') || (key === 'Condition' && typeof argument === 'string');

const splitOnce = (text: string): [string, string] => {
  const dot = text.indexOf('.');
  return [text.slice(0, dot), text.slice(dot + 1)];
};

const malformed = (name: string, where: string) => new PlatformError(`${where}: ${name} is malformed.`);

const list = (value: unknown, length: number | undefined, name: string, where: string): unknown[] => {
  if (!Array.isArray(value) || (length !== undefined && value.length !== length))
    throw malformed(name, where);
  return value;
};

const strings = (value: unknown, length: number, name: string, where: string): string[] =>
  list(value, length, name, where).map(String);

const known = (value: string | undefined, what: string, where: string): string => {
  if (value === undefined) throw new PlatformError(`${where}: the local platform has nothing for ${what}.`);
  return value;
};
