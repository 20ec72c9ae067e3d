import { PlatformError } from '../platform-error.ts';
import { assetFolders } from './assets.ts';
import { resolver } from './intrinsics.ts';
import type { Identity, Ids, ResourceReader, Stack } from './resource-reader.ts';
import type { Place, Template, TemplateResource } from './template.ts';

export interface StackInput extends Pick<Identity, 'url' | 'endpoints'> {
  readonly template: Template;
  /** The asset manifest that was written with the template; its folder holds the assets. */
  readonly assetManifestFile: string;
  readonly place: Place;
  /** The types of resources that the platform understands. */
  readonly types: readonly ResourceReader<unknown>[];
  /** What people call a resource, by its logical id and the output that refers to it, if one does. */
  readonly label: (logicalId: string, output: string | undefined) => string;
}

/**
 * Reads the template. Throws a {@link PlatformError} that names the first thing in it that cannot be run here: a type
 * or a property that the platform does not understand, or a reference to what the stack does not have.
 */
export const readStack = (input: StackInput): Stack => {
  const { template, place, assetManifestFile } = input;
  const readers = new Map(input.types.map((reader) => [reader.type, reader]));
  const everything = new Map(Object.entries(template.Resources));
  const attribute = (logicalId: string, name = 'Ref'): string | undefined => {
    const resource = everything.get(logicalId);
    if (resource === undefined || !readers.has(resource.Type)) return undefined;
    const ids = idsOf(logicalId);
    return Object.hasOwn(ids, name) ? ids[name] : undefined;
  };
  const resolve = resolver(template, place, attribute);
  const idsOf = memoized((logicalId): Ids => {
    const { Type = '', Properties }: Partial<TemplateResource> = everything.get(logicalId) ?? {};
    const identity = identityOf(logicalId, input, (property) =>
      resolve(Properties?.[property], `${logicalId}.${property}`),
    );
    return readers.get(Type)?.ids?.(identity) ?? { Ref: logicalId };
  });

  const isPresent = ({ Condition }: TemplateResource, logicalId: string) =>
    Condition === undefined || resolve({ Condition }, logicalId) === true;
  const present = new Map([...everything].filter(([id, resource]) => isPresent(resource, id)));
  for (const [id, { Type }] of present) {
    if (!readers.has(Type))
      throw new PlatformError(`${id}: the local platform does not understand resources of type ${Type}.`);
  }

  const outputNames = outputsByResource(template);
  const model = memoized((logicalId): unknown => {
    const resource = present.get(logicalId);
    const reader = readers.get(resource?.Type ?? '');
    if (resource === undefined || reader === undefined) throw new Error(`There is no resource ${logicalId}.`);
    const label = input.label(logicalId, outputNames.get(logicalId));
    const context = { logicalId, label, ids: idsOf(logicalId), stack, resolve };
    return reader.read(resource.Properties ?? {}, context);
  });
  const idsOfType = (type: string) => [...present].filter(([, { Type }]) => Type === type).map(([id]) => id);
  const stack: Stack = {
    resources: [...present].map(([logicalId, { Type: type }]) => ({ logicalId, type })),
    all: <Model>({ type }: ResourceReader<Model>) => idsOfType(type).map((id) => model(id) as Model),
    find: <Model>({ type }: ResourceReader<Model>, wanted: string) => {
      const found = idsOfType(type).find((id) => Object.values(idsOf(id)).includes(wanted));
      return found === undefined ? undefined : (model(found) as Model);
    },
    model,
    assetFolder: assetFolders(assetManifestFile),
    // When asked: what the platform cannot resolve in an output changes nothing in how the stack runs.
    outputs: () =>
      Object.fromEntries(
        Object.entries(template.Outputs ?? {}).map(([name, { Value }]) => [
          name,
          String(resolve(Value, `output ${name}`)),
        ]),
      ),
  };
  for (const [id, { Type }] of present) {
    if (readers.get(Type)?.onlyWhenUsed !== true) model(id);
  }
  return stack;
};

const identityOf = (
  logicalId: string,
  { place: { stackName, region, accountId }, url, endpoints }: StackInput,
  property: (name: string) => unknown,
): Identity => ({
  logicalId,
  region,
  accountId,
  url,
  endpoints,
  name: (name) => String(property(name) ?? `${stackName}-${logicalId}`),
  arn: (service, rest) => `arn:aws:${service}:${region}:${accountId}:${rest}`,
});

/** The output that refers to a resource, by the logical id of this. */
const outputsByResource = ({ Outputs = {} }: Template): ReadonlyMap<string, string> => {
  const byResource = new Map<string, string>();
  for (const [name, { Value }] of Object.entries(Outputs)) {
    const isReference = typeof Value === 'object' && Value !== null && 'Ref' in Value;
    if (isReference && !byResource.has(String(Value.Ref))) byResource.set(String(Value.Ref), name);
  }
  return byResource;
};

/** The same function, computed once for each logical id. Throws where a value would be needed to compute itself. */
const memoized = <T>(compute: (logicalId: string) => T): ((logicalId: string) => T) => {
  const known = new Map<string, T>();
  const underway = new Set<string>();
  return (logicalId) => {
    const found = known.get(logicalId);
    if (found !== undefined || known.has(logicalId)) return found as T;
    if (underway.has(logicalId)) throw new PlatformError(`${logicalId} refers to itself.`);
    underway.add(logicalId);
    const value = compute(logicalId);
    known.set(logicalId, value);
    return value;
  };
};
