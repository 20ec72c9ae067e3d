import type * as z from 'zod/mini';
import { PlatformError } from '../platform-error.ts';
import type { ResourceContext } from './resource-reader.ts';

/** What the platform understands of the properties of a type. What is in neither list stops the start. */
export interface Understood<Schema extends z.core.$ZodType> {
  readonly type: string;
  /** The properties that the platform acts on. */
  readonly properties: Schema;
  /** Those that change nothing here, each with the reason. */
  readonly ignored: Readonly<Record<string, string>>;
}

/** Resolves and checks the properties of one resource. Throws a {@link PlatformError} that names the first problem. */
export const checkProperties = <Schema extends z.ZodMiniType>(
  { type, properties, ignored }: Understood<Schema>,
  raw: Readonly<Record<string, unknown>>,
  { logicalId, resolve }: Pick<ResourceContext, 'logicalId' | 'resolve'>,
): z.output<Schema> => {
  const relevant = Object.entries(raw).filter(([name]) => !Object.hasOwn(ignored, name));
  const parsed = properties.safeParse(resolve(Object.fromEntries(relevant), logicalId));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = [logicalId, ...(issue?.path ?? [])].map(String).join('.');
  throw new PlatformError(
    issue?.code === 'unrecognized_keys'
      ? `${path} (${type}): the local platform does not understand ${issue.keys.join(', ')}.`
      : `${path} (${type}): the local platform cannot run this: ${issue?.message}.`,
  );
};
