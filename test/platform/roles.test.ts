import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { dynamoDbCalls, sqsCalls } from '../../infra/local/iam/calls.ts';
import type { Platform } from '../../infra/local/platform.ts';
import { lambda, mapping, queue, type Resources, role, run } from './stacks.ts';

const sdk = pathToFileURL(createRequire(import.meta.url).resolve('@aws-sdk/client-dynamodb')).href;

/** Makes the calls to DynamoDB that its event names, one after another, and answers what became of each. */
const handler = `
  import * as sdk from '${sdk}';
  const client = new sdk.DynamoDBClient({});
  const outcome = ({ name, message, $fault, $metadata }) => ({ name, message, $fault, status: $metadata?.httpStatusCode });
  export const handler = async ({ calls = [] }) => {
    console.log('here');
    const outcomes = [];
    for (const [command, input] of calls)
      outcomes.push(await client.send(new sdk[command + 'Command'](input)).then(outcome, outcome));
    return outcomes;
  };
`;
const table = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'other', AttributeType: 'S' },
    ],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'other',
        KeySchema: [{ AttributeName: 'other', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  },
};
const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const allow = (Action: string | string[], Resource: unknown, more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});

/** A stack with the function Reader, whose role has these statements. */
const stackOf = (...statements: readonly object[]): Resources => ({
  Reader: lambda(handler, { Role: arn('ReaderRole') }),
  ReaderRole: role(...statements),
  Table: table,
  Other: table,
  Work: queue(),
});

/** A call to DynamoDB: the operation and its input. */
type DynamoDbCall = readonly [operation: string, input: object];

/** What becomes of the calls when the function Reader makes them. */
const outcomesOf = async (platform: Platform, ...calls: readonly DynamoDbCall[]) =>
  (await platform.invoke('Reader', { calls })) as { name?: string; message?: string; status: number }[];

/** The client for SQS of somebody with this access key. */
const queuesOf = ({ endpoint, region }: Platform, accessKeyId = 'LOCALREADER') => {
  const credentials = { accessKeyId, secretAccessKey: 'local' };
  const sqs = new SQSClient({ endpoint: endpoint('sqs'), region, credentials });
  onTestFinished(() => sqs.destroy());
  return sqs;
};

const get = (TableName: string): DynamoDbCall => ['GetItem', { TableName, Key: { pk: { S: 'a' } } }];
const queryIndex: DynamoDbCall = [
  'Query',
  {
    TableName: 'Test-Table',
    IndexName: 'other',
    KeyConditionExpression: 'other = :o',
    ExpressionAttributeValues: { ':o': { S: 'x' } },
  },
];
const done = { status: 200 };
const denied = (message: string) => ({
  name: 'AccessDeniedException',
  message: expect.stringContaining(message),
  $fault: 'client',
  status: 400,
});

describe('a function', () => {
  test('may do what its role allows, and gets the error of AWS for the rest', async () => {
    const platform = await run(stackOf(allow('dynamodb:GetItem', arn('Table'))));
    const calls = [get('Test-Table'), get('Test-Other'), queryIndex, get('Test-Table')];

    expect(await outcomesOf(platform, ...calls)).toEqual([
      done,
      denied(
        'User: arn:aws:sts::000000000000:assumed-role/Test-ReaderRole/Test-Reader is not authorized to perform: ' +
          'dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:000000000000:table/Test-Other because no ' +
          'identity-based policy allows the dynamodb:GetItem action',
      ),
      denied('table/Test-Table/index/other'),
      done,
    ]);
  });

  test('is refused each time, also between calls that are allowed', async () => {
    const platform = await run(stackOf(allow('dynamodb:GetItem', arn('Table'))));
    const put: DynamoDbCall = ['PutItem', { TableName: 'Test-Table', Item: { pk: { S: 'a' } } }];
    const round = [get('Test-Table'), put, get('Test-Other')];
    const rounds = Array.from({ length: 60 }, () => round); // more refusals than a client has connections

    const outcomes = await outcomesOf(platform, ...rounds.flat());

    expect(outcomes.map(({ status }) => status)).toEqual(rounds.flatMap(() => [200, 400, 400]));
  });

  test('may not query an index when its role allows only the table', async () => {
    const platform = await run(stackOf(allow('dynamodb:Query', arn('Table'))));
    const queryTable: DynamoDbCall = [
      'Query',
      {
        TableName: 'Test-Table',
        KeyConditionExpression: 'pk = :k',
        ExpressionAttributeValues: { ':k': { S: 'a' } },
      },
    ];

    expect(await outcomesOf(platform, queryTable, queryIndex)).toEqual([done, denied('index/other')]);
  });

  test('is refused whatever key it signs with and however it writes the request', async () => {
    const source = `
      import { request } from 'node:http';
      const text = async (response) => (await response.toArray()).join('');
      const send = (body) => new Promise((resolve, reject) => {
        const headers = {
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': 'DynamoDB_20120810.GetItem',
          authorization: 'AWS4-HMAC-SHA256 Credential=ANYBODY/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=00',
          'x-amz-date': '20260101T000000Z',
        };
        const sent = request(process.env.AWS_ENDPOINT_URL_DYNAMODB, { method: 'POST', headers });
        sent.on('response', async (response) => resolve([response.statusCode, await text(response)])).on('error', reject);
        for (const half of [body.slice(0, 9), body.slice(9)]) sent.write(half);
        sent.end();
      });
      export const handler = ({ tables }) => Promise.all(tables.map((TableName) =>
        send(JSON.stringify({ TableName, Key: { pk: { S: 'a' } } }))));
    `;
    const stack = stackOf(allow('dynamodb:GetItem', arn('Table')));
    const platform = await run({ ...stack, Reader: lambda(source, { Role: arn('ReaderRole') }) });

    const answers = await platform.invoke('Reader', { tables: ['Test-Table', 'Test-Other'] });

    expect(answers).toEqual([
      [200, '{}'],
      [400, expect.stringContaining('AccessDenied')],
    ]);
  });

  test('is refused for requests that an event leaves behind, while the next event waits', async () => {
    const source = `
      import { request } from 'node:http';
      const left = [];
      const leave = (TableName) => {
        const headers = {
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': 'DynamoDB_20120810.GetItem',
          authorization: 'AWS4-HMAC-SHA256 Credential=ANYBODY/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=00',
          'x-amz-date': '20260101T000000Z',
        };
        request(process.env.AWS_ENDPOINT_URL_DYNAMODB, { method: 'POST', headers })
          .on('response', (response) => { left.push(response.statusCode); response.resume(); })
          .end(JSON.stringify({ TableName, Key: { pk: { S: 'a' } } }));
      };
      export const handler = async ({ table }) => {
        if (table !== undefined) setImmediate(() => {
          const end = Date.now() + 50;
          while (Date.now() < end); // the next event arrives
          leave(table);
        });
        return left;
      };
    `;
    const stack = stackOf(allow('dynamodb:GetItem', arn('Table')));
    const platform = await run({ ...stack, Reader: lambda(source, { Role: arn('ReaderRole') }) });
    await platform.invoke('Reader', {});

    for (const table of ['Test-Other', 'Test-Table']) {
      await Promise.all([platform.invoke('Reader', { table }), platform.invoke('Reader', {})]);
    }

    await vi.waitFor(async () => expect(await platform.invoke('Reader', {})).toEqual([400, 200]));
  });

  test('needs the permission for each table of a batch and each action of a transaction', async () => {
    const platform = await run(stackOf(allow(['dynamodb:BatchGetItem', 'dynamodb:PutItem'], arn('Table'))));
    const Keys = [{ pk: { S: 'a' } }];
    const put = { Put: { TableName: 'Test-Table', Item: { pk: { S: 'a' } } } };
    const remove = { Delete: { TableName: 'Test-Table', Key: { pk: { S: 'b' } } } };

    const outcomes = await outcomesOf(
      platform,
      ['BatchGetItem', { RequestItems: { 'Test-Table': { Keys } } }],
      ['BatchGetItem', { RequestItems: { 'Test-Table': { Keys }, 'Test-Other': { Keys } } }],
      ['TransactWriteItems', { TransactItems: [put] }],
      ['TransactWriteItems', { TransactItems: [put, remove] }],
    );

    expect(outcomes).toEqual([done, denied('Test-Other'), done, denied('dynamodb:DeleteItem')]);
  });

  test('sends a batch of messages with the permission to send one', async () => {
    const platform = await run(stackOf(allow('sqs:SendMessage', arn('Work'))));
    const sqs = queuesOf(platform);
    const QueueUrl = platform.queues[0]?.url;
    const Entries = [{ Id: '1', MessageBody: 'a' }];

    expect((await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))).Successful).toHaveLength(1);
  });

  test('is refused by SQS with the error of AWS', async () => {
    const platform = await run(stackOf(allow('sqs:SendMessage', arn('Table'))));
    const sqs = queuesOf(platform);
    const QueueUrl = platform.queues[0]?.url;

    await expect(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }))).rejects.toMatchObject({
      name: expect.stringMatching(/^AccessDenied/),
      $metadata: { httpStatusCode: 403 },
    });
    expect(await platform.queues[0]?.depth()).toMatchObject({ ready: 0 });
  });

  test('may not do what a statement denies, whatever other statements allow', async () => {
    const deny = { Effect: 'Deny', Action: 'dynamodb:Get*', Resource: arn('Other') };
    const platform = await run(stackOf(allow('*', '*'), deny));

    expect(await outcomesOf(platform, get('Test-Table'), get('Test-Other'))).toEqual([
      done,
      denied('not authorized'),
    ]);
  });

  test.each([
    [{ StringEquals: { 'aws:RequestedRegion': 'us-east-1' } }, true],
    [{ StringEquals: { 'aws:RequestedRegion': ['eu-west-1', 'us-west-2'] } }, false],
    [{ StringNotEquals: { 'aws:RequestedRegion': 'us-east-1' } }, false],
    [{ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/Test-*' } }, true],
    [{ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/Other-*' } }, false],
    [{ Bool: { 'aws:SecureTransport': 'true' } }, true],
    [{ Bool: { 'aws:SecureTransport': 'false' } }, false],
  ])('is subject to the condition %j', async (Condition, may) => {
    const platform = await run(stackOf(allow('dynamodb:GetItem', arn('Table'), { Condition })));

    expect(await outcomesOf(platform, get('Test-Table'))).toEqual([may ? done : denied('GetItem')]);
  });

  test('has no lines in the log when its role does not allow writing them', async () => {
    const platform = await run(stackOf());

    await platform.invoke('Reader', {});

    expect(platform.logs).toEqual([]);
  });

  test('has a list of its permissions that says which were needed', async () => {
    const platform = await run(stackOf(allow(['dynamodb:GetItem', 'dynamodb:Query'], arn('Table'))));

    await outcomesOf(platform, get('Test-Table'));

    expect(platform.permissions.map(({ action, needed }) => [action, needed])).toEqual([
      ['dynamodb:GetItem', true],
      ['dynamodb:Query', false],
    ]);
  });
});

test('the owner of the account may do everything', async () => {
  const platform = await run(stackOf());
  const { endpoint, region } = platform;
  const credentials = { accessKeyId: 'ANYBODY', secretAccessKey: 'local' };
  const dynamodb = new DynamoDBClient({ endpoint: endpoint('dynamodb'), region, credentials });
  onTestFinished(() => dynamodb.destroy());

  await dynamodb.send(new GetItemCommand({ TableName: 'Test-Table', Key: { pk: { S: 'a' } } }));
  await queuesOf(platform, 'ANYBODY').send(
    new SendMessageCommand({ QueueUrl: platform.queues[0]?.url, MessageBody: 'a' }),
  );
});

describe('the start is refused for', () => {
  const reading = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

  test.each(reading)('a mapping whose function lacks %s', async (missing) => {
    const others = reading.filter((action) => action !== missing);
    const stack = { ...stackOf(allow(others, arn('Work'))), Mapping: mapping('Work', 'Reader') };
    await expect(run(stack)).rejects.toThrow(`Reader cannot read Work: User: arn:aws:sts::`);
    await expect(run(stack)).rejects.toThrow(missing);
  });

  test.each([
    ['a condition', allow('*', '*', { Condition: { DateLessThan: { 'aws:CurrentTime': 'x' } } })],
    ['a key of a condition', allow('*', '*', { Condition: { StringEquals: { 'aws:SourceIp': 'x' } } })],
    ['a statement by exclusion', { Effect: 'Allow', NotAction: 's3:*', Resource: '*' }],
  ])('%s that the platform does not know', async (_, statement) => {
    await expect(run(stackOf(statement))).rejects.toThrow(/^ReaderRole\.Policies\.0/);
  });

  test('a managed policy, whose statements are not in the template', async () => {
    const stack = stackOf();
    Object.assign(stack.ReaderRole?.Properties ?? {}, { ManagedPolicyArns: ['arn:aws:iam::aws:policy/x'] });
    await expect(run(stack)).rejects.toThrow('does not understand ManagedPolicyArns');
  });

  test('a role that is not in the stack', async () => {
    const stack = { ...stackOf(), Reader: lambda(handler, { Role: 'arn:aws:iam::1:role/other' }) };
    await expect(run(stack)).rejects.toThrow(
      'Reader.Role: arn:aws:iam::1:role/other is no role of this stack.',
    );
  });
});

describe('what IAM is asked about a request', () => {
  const place = { stackName: 'Test', region: 'us-east-1', accountId: '000000000000' };

  test('names every resource for a request to DynamoDB without a table', () => {
    expect(dynamoDbCalls('ListTables', {}, place)).toEqual([
      { action: 'dynamodb:ListTables', resource: '*' },
    ]);
    expect(dynamoDbCalls('PutItem', undefined, place)).toEqual([
      { action: 'dynamodb:PutItem', resource: '*' },
    ]);
  });

  test('names the queue of a request to SQS by its URL or its name', () => {
    const work = 'arn:aws:sqs:us-east-1:000000000000:work';
    expect(sqsCalls('PurgeQueue', { QueueUrl: 'http://localhost/000000000000/work' }, place)).toEqual([
      { action: 'sqs:PurgeQueue', resource: work },
    ]);
    expect(sqsCalls('DeleteMessageBatch', { QueueName: 'work' }, place)).toEqual([
      { action: 'sqs:DeleteMessage', resource: work },
    ]);
    expect(sqsCalls('ListQueues', {}, place)).toEqual([{ action: 'sqs:ListQueues', resource: '*' }]);
  });
});
