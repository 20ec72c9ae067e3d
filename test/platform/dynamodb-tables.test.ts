import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { createTables } from '../../infra/local/storage/tables.ts';
import type { LocalTable } from '../../infra/local/stack.ts';

const table: LocalTable = {
  label: 'table',
  logicalId: 'Table',
  name: 'Test-Table',
  definition: {
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  },
};

/** An endpoint that has the table for one access key only, as DynamoDB Local does without -sharedDb. */
const keepingApart = async (): Promise<string> => {
  const server = createServer((request, response) => {
    const isOwner = request.headers.authorization?.includes('Credential=LOCAL/');
    response.writeHead(isOwner ? 200 : 400, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(
      JSON.stringify(
        isOwner
          ? { Table: table.definition }
          : { __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException' },
      ),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
};

test('an endpoint that keeps the tables of access keys apart is refused in words', async () => {
  const endpoint = await keepingApart();

  await expect(createTables(endpoint, 'us-east-1', [table])).rejects.toThrow(
    `${endpoint} keeps the tables of each access key apart: start DynamoDB Local with -sharedDb.`,
  );
});
