import { vi } from 'vitest';
import { operations as itemOperations } from '../../functions/items/operations.ts';
import { contractOf } from './contract.ts';
import { createTables, sdkEnvironment, startDynamoDB } from './dynamodb.ts';
import { startProxy } from './dynamodb-proxy.ts';
import { call, type TestReply, type TestRequest } from './events.ts';
import { captureLog } from './log.ts';

/** A request to the items function; `as` is the subject of its token. */
export interface ItemsRequest extends TestRequest {
  readonly as?: string;
}

/** The items function on a DynamoDB of its own, behind a proxy that counts and breaks. */
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
  const { handler } = await import('../../functions/items/handler.ts');
  vi.resetModules();
  const { handler: otherInstance } = await import('../../functions/items/handler.ts');
  const log = captureLog();
  const checkContract = contractOf(itemOperations);

  return {
    proxy,
    log,
    /** Every answer is held against the OpenAPI document. */
    send: async ({
      as = 'ann',
      method = 'GET',
      path = '/',
      ...request
    }: ItemsRequest): Promise<TestReply> => {
      const reply = await call(handler, { claims: { sub: as }, method, path, ...request });
      checkContract(method, path, reply);
      return reply;
    },
    /** Calls another instance of the function, with a memory and connections of its own. */
    elsewhere: ({ as = 'ann', method = 'GET', path = '/', ...request }: ItemsRequest): Promise<TestReply> =>
      call(otherInstance, { claims: { sub: as }, method, path, ...request }),
    stop: async () => {
      log.restore();
      await proxy.stop();
      await dynamo.stop();
      vi.unstubAllEnvs();
    },
  };
};

export const lamp = { name: 'Lamp', description: 'A lamp for the desk' };
export const chair = { name: 'Chair', description: 'A chair to sit on' };
