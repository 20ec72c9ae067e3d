import type { IncomingMessage } from 'node:http';
import type * as z from 'zod/mini';
import { checkProperties, type Understood } from '../cloudformation/properties.ts';
import type {
  Identity,
  Ids,
  ResourceContext,
  ResourceReader,
  Stack,
} from '../cloudformation/resource-reader.ts';
import type { Place } from '../cloudformation/template.ts';
import type { HttpReply } from '../http/reply.ts';
import type { Roles } from '../iam/roles.ts';
import type { FunctionIdentity } from '../lambda/definition.ts';
import type { Access } from '../log/access.ts';
import type { DataFolder } from '../machine/data-folder.ts';
import type { Service, ServiceType } from '../service.ts';

/**
 * A type of resource: how one is read, and how it is started. `Model` is what is known of a resource after reading,
 * `Running` what it is when it runs.
 */
export interface ResourceType<Model = unknown, Running = unknown> extends ResourceReader<Model> {
  /** The service that these resources belong to; the platform starts it before it reads the template. */
  readonly service?: ServiceType;
  /** Absent: there is nothing to start. What it starts it gives to `host.atEnd` to be stopped. */
  start?(model: Model, host: Host): Running | Promise<Running>;
}

/** What the platform gives a resource that starts. */
export interface Host {
  readonly place: Place;
  /** Where the platform answers, without a slash at the end. */
  readonly url: string;
  readonly stack: Stack;
  readonly roles: Roles;
  /** Where the functions find the AWS services, by the names of these. */
  readonly endpoints: ReadonlyMap<string, string>;
  readonly dataFolder: DataFolder | undefined;
  /** A service that runs. */
  service<S extends Service>(type: ServiceType<S>): S;
  /** Another resource that runs, which is started first if it does not run yet. */
  running<Model, Running>(type: ResourceType<Model, Running>, logicalId: string): Promise<Running>;
  /** Answers requests to the platform from now on; undefined: the request is for somebody else. */
  answer(handler: (request: IncomingMessage) => Promise<HttpReply> | undefined): void;
  /** Called when the platform ends. All of them are called at once, the last one first. */
  atEnd(stop: () => unknown): void;
  /** Milliseconds after which a plugin kills the instance that now runs an event of the function. */
  killAfter(definition: FunctionIdentity): number | undefined;
  onLine(definition: FunctionIdentity, line: string): void;
  onAccess(access: Access): void;
}

/** All that there is to say of a type, with its properties as its schema makes them. */
interface Definition<Schema extends z.ZodMiniType, Model, Running> extends Understood<Schema> {
  readonly onlyWhenUsed?: boolean;
  readonly service?: ServiceType;
  ids?(identity: Identity): Ids;
  read(properties: z.output<Schema>, resource: ResourceContext): Model;
  start?(model: Model, host: Host): Running | Promise<Running>;
}

/** Makes a type of its definition. */
export const resourceType = <Schema extends z.ZodMiniType, Model, Running = void>(
  definition: Definition<Schema, Model, Running>,
): ResourceType<Model, Running> => ({
  ...definition,
  read: (raw, resource) => definition.read(checkProperties(definition, raw, resource), resource),
});

/** A type whose resources change nothing here, whatever their properties. */
export const ignoredType = ({
  type,
  ids,
}: {
  readonly type: string;
  /** For whoever reads the file of the type. */
  readonly why: string;
  ids?(identity: Identity): Ids;
}): ResourceType<undefined, void> => ({
  type,
  onlyWhenUsed: true,
  ...(ids !== undefined && { ids }),
  read: () => undefined,
});
