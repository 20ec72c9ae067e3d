import type { IncomingMessage } from 'node:http';
import type { Stack } from '../cloudformation/resource-reader.ts';
import type { HttpReply } from '../http/reply.ts';
import type { Service, ServiceType } from '../service.ts';
import type { Host, ResourceType } from './resource-type.ts';

/** What the host of the resources has from elsewhere. */
export interface HostOptions extends Omit<Host, 'service' | 'running' | 'answer' | 'atEnd'> {
  readonly types: readonly ResourceType[];
  readonly services: ReadonlyMap<ServiceType, Service>;
}

/** The resources of a stack, started. */
export interface RunningResources {
  /** All that run of a type, in the order of the template. */
  all<Model extends { readonly logicalId: string }, Running>(
    type: ResourceType<Model, Running>,
  ): Promise<Running[]>;
  /** What a resource answers to a request; undefined when it is for none of them. */
  answer(request: IncomingMessage): Promise<HttpReply> | undefined;
}

/** Starts every resource of the stack, each after those that it needs. `atEnd` is told what stops all of them. */
export const startResources = async (
  options: HostOptions,
  atEnd: (stop: () => Promise<unknown>) => void,
): Promise<RunningResources> => {
  const { stack, services } = options;
  const types = new Map(options.types.map((type) => [type.type, type]));
  const typeOf = typesByResource(stack, types);
  const started = new Map<string, Promise<unknown>>();
  const handlers: ((request: IncomingMessage) => Promise<HttpReply> | undefined)[] = [];
  const stops: (() => unknown)[] = [];
  const start = (logicalId: string): Promise<unknown> => {
    const starting =
      started.get(logicalId) ?? Promise.resolve(typeOf.get(logicalId)?.start?.(stack.model(logicalId), host));
    started.set(logicalId, starting);
    return starting;
  };
  const host: Host = {
    ...options,
    service: <S extends Service>(type: ServiceType<S>) => {
      const service = services.get(type);
      if (service === undefined) throw new Error(`No type of resource has the service ${type.name}.`);
      return service as S;
    },
    running: <Model, Running>(_: ResourceType<Model, Running>, logicalId: string) =>
      start(logicalId) as Promise<Running>,
    answer: (handler) => void handlers.push(handler),
    atEnd: (stop) => void stops.push(stop),
  };
  // Together: what feeds a function ends when its events have, and these end with the function's instances.
  atEnd(() => Promise.all(stops.toReversed().map((stop) => stop())));
  for (const { logicalId, type } of stack.resources) {
    // One that is read only when it is used may be one that cannot be read.
    if (types.get(type)?.start !== undefined) await start(logicalId);
  }
  return {
    all: (type) => Promise.all(stack.all(type).map(({ logicalId }) => host.running(type, logicalId))),
    answer: (request) => firstAnswer(handlers, request),
  };
};

const typesByResource = (stack: Stack, types: ReadonlyMap<string, ResourceType>) =>
  new Map(stack.resources.map(({ logicalId, type }) => [logicalId, types.get(type)]));

const firstAnswer = (
  handlers: readonly ((request: IncomingMessage) => Promise<HttpReply> | undefined)[],
  request: IncomingMessage,
): Promise<HttpReply> | undefined => {
  for (const handler of handlers) {
    const answer = handler(request);
    if (answer !== undefined) return answer;
  }
  return undefined;
};
