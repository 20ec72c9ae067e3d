import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lambdaContext } from '../../support/events.ts';
import { captureLog } from '../../support/log.ts';
import { answers, breaks, stubbedService } from '../../support/stubbed-service.ts';

let service: ReturnType<typeof stubbedService>;
let log: ReturnType<typeof captureLog>;
let clients: typeof import('../../../functions/lib/aws/dynamodb-client.ts');
beforeEach(async () => {
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'none');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'none');
  log = captureLog();
  vi.resetModules();
  clients = await import('../../../functions/lib/aws/dynamodb-client.ts');
  service = stubbedService();
  const { handle } = service.options.requestHandler;
  vi.spyOn(clients.dynamoDb.config.requestHandler, 'handle').mockImplementation(handle as never);
});
afterEach(() => {
  log.restore();
  vi.unstubAllEnvs();
});

const put = () => new PutItemCommand({ TableName: 't', Item: { id: { N: '1' } } });
const lost = breaks('ECONNRESET');

describe('the clients of DynamoDB', () => {
  it('make three attempts and one, over the same connections', async () => {
    service.next(...Array(4).fill(lost));
    const { dynamoDb, singleAttemptDynamoDb } = clients;
    await expect(dynamoDb.send(put())).rejects.toMatchObject({ $metadata: { attempts: 3 } });
    await expect(singleAttemptDynamoDb().send(put())).rejects.toMatchObject({ $metadata: { attempts: 1 } });
    expect(service.sent).toHaveLength(4);
  });

  it('share one circuit', async () => {
    service.next(...Array(9).fill(lost));
    const single = clients.singleAttemptDynamoDb();
    for (const client of [single, clients.dynamoDb, single]) await client.send(put()).catch(() => {});
    expect(service.sent).toHaveLength(5);
    for (const client of [single, clients.dynamoDb]) {
      await expect(client.send(put())).rejects.toMatchObject({ name: 'CircuitOpenError' });
    }
    expect(service.sent).toHaveLength(5);
  });

  it('count what their calls consume', async () => {
    const reply = answers({ ConsumedCapacity: { TableName: 't', CapacityUnits: 2 } });
    service.next(reply, reply);
    const { dynamoDb, singleAttemptDynamoDb } = clients;
    const context = await import('../../../functions/lib/observability/context.ts');
    const units = await context.inLogContext(lambdaContext(), {}, async () => {
      for (const client of [dynamoDb, singleAttemptDynamoDb()]) await client.send(put());
      return context.consumedCapacity();
    });
    expect(units).toEqual({ readUnits: 0, writeUnits: 4, refusedWrites: 0 });
    expect(service.sent).toMatchObject(Array(2).fill({ ReturnConsumedCapacity: 'TOTAL' }));
  });
});
