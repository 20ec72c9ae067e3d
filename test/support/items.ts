import { vi } from 'vitest';
import { itemOperations } from '../../functions/items/operations.ts';
import { contractOf } from './contract.ts';
import { createTables, sdkEnvironment, startDynamoDB } from './dynamodb.ts';
import { startProxy } from './dynamodb-proxy.ts';
import { call, operationFor, type TestReply, type TestRequest } from './events.ts';
import { itemFields } from './item-fields.ts';
import { captureLog } from './log.ts';

/** A request to the items function; `as` is the subject of its token. */
export interface ItemsRequest extends TestRequest {
  readonly as?: string;
}

/** The items function for fields of the tests' own, on a DynamoDB of its own behind a proxy that counts and breaks. */
export const startItems = async () => {
  const dynamo = await startDynamoDB();
  const proxy = await startProxy(dynamo.endpoint);
  await createTables(dynamo.endpoint, { items: 'items', computations: 'computations' });
  const environment = {
    ...sdkEnvironment(proxy.endpoint),
    ITEMS_TABLE: 'items',
    TENANT_CLAIM: 'sub',
    RESPONSE_CACHE_BYTES: '1000000',
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  /** An instance of the function, with a cache, connections and a circuit breaker of its own. */
  const startInstance = async () => {
    vi.resetModules();
    const { itemsHandler } = await import('../../functions/items/handler.ts');
    return itemsHandler(itemFields);
  };
  const handler = await startInstance();
  const otherInstance = await startInstance();
  const log = captureLog();
  const operations = Object.values(itemOperations(itemFields));
  const checkContract = await contractOf(operations);
  const callInstance = (
    instance: typeof handler,
    { as = 'ann', method = 'GET', path = '/', ...request }: ItemsRequest,
  ): Promise<TestReply> => {
    const pattern = operationFor(operations, method, path)?.path;
    return call(instance, { claims: { sub: as }, method, path, ...(pattern && { pattern }), ...request });
  };

  return {
    proxy,
    log,
    /** Every answer is held against the OpenAPI document. */
    send: async (request: ItemsRequest): Promise<TestReply> => {
      const reply = await callInstance(handler, request);
      await checkContract(request.method ?? 'GET', request.path ?? '/', reply);
      return reply;
    },
    /** Calls another instance of the function. */
    elsewhere: (request: ItemsRequest): Promise<TestReply> => callInstance(otherInstance, request),
    stop: async () => {
      log.restore();
      await proxy.stop();
      await dynamo.stop();
      vi.unstubAllEnvs();
    },
  };
};

export const lamp = { label: 'Lamp', details: 'A lamp for the desk' };
export const chair = { label: 'Chair', details: 'A chair to sit on' };
